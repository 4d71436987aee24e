import { Readable } from 'node:stream';
import { open, type Entry, type ZipFile } from 'yauzl';

/** The names of the files in a zip. @throws Error when it is no zip */
export async function entryNames(path: string): Promise<string[]> {
  const file = await openZip(path);
  try {
    const names: string[] = [];
    for (let entry = await next(file); entry; entry = await next(file)) names.push(entry.fileName);
    return names;
  } finally {
    file.close();
  }
}

/** The inflated bytes of a file in a zip. @throws Error when it is no zip or has no such file */
export async function openEntry(path: string, name: string): Promise<Readable> {
  const file = await openZip(path);
  let entry = await next(file);
  while (entry && entry.fileName !== name) entry = await next(file);
  if (!entry) {
    file.close();
    throw new Error(`the zip has no ${name}`);
  }
  const content = await inflate(file, entry);
  content.once('close', () => file.close());
  return content;
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, file) => {
      if (error) reject(error);
      else resolve(file);
    });
  });
}

function inflate(file: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    file.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(Readable.from(stream));
    });
  });
}

/** The next entry; undefined after the last. */
function next(file: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      file.removeAllListeners();
      act();
    };
    file.once('entry', (entry: Entry) => settle(() => resolve(entry)));
    file.once('end', () => settle(() => resolve(undefined)));
    file.once('error', (error: Error) => settle(() => reject(error)));
    file.readEntry();
  });
}
