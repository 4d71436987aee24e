import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, readlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { openCsv, readHeader, ResultFileBroken } from '../../../../src/db/mirror/load/result-file';
import { withFolder, withZip } from '../support';

const BYTE_ORDER_MARK = '\uFEFF';

async function contentOf(file: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of await openCsv(file)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** Works with a zip of several entries. */
async function withEntries<T>(entries: Record<string, string>, work: (file: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const zip = new ZipFile();
    for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name);
    zip.end();
    const file = path.join(folder, 'result.zip');
    await pipeline(zip.outputStream, createWriteStream(file));
    return work(file);
  });
}

/** Number of descriptors by which this process holds the file open. */
async function openHandles(file: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((target) => target === file).length;
}

describe('readHeader', () => {
  const header = (csv: string): Promise<string[]> => withZip(csv, readHeader);

  it('reads the names of the columns', async () => {
    assert.deepEqual(await header('Id,Deal_Name,Account_Name.Account_Name\n1,x,y\n'), [
      'Id',
      'Deal_Name',
      'Account_Name.Account_Name',
    ]);
  });

  it('reads a header without rows, with or without a line end', async () => {
    assert.deepEqual(
      [await header('Id,Stage'), await header('Id,Stage\r\n')],
      [
        ['Id', 'Stage'],
        ['Id', 'Stage'],
      ],
    );
  });

  it('reads a quoted header', async () => {
    assert.deepEqual(await header('"Id","Deal_Name"\r\n1,x\r\n'), ['Id', 'Deal_Name']);
  });

  it('drops a byte order mark', async () => {
    assert.deepEqual(await header(`${BYTE_ORDER_MARK}Id,Stage\n`), ['Id', 'Stage']);
    assert.equal(await withZip(`${BYTE_ORDER_MARK}Id\n1\n`, contentOf), 'Id\n1\n');
  });

  it('refuses a file without a header', async () => {
    await assert.rejects(header(''), ResultFileBroken);
    await assert.rejects(header('\n1\n'), ResultFileBroken);
  });

  it('refuses something that never ends its first line', async () => {
    await assert.rejects(header('x'.repeat(400_000)), ResultFileBroken);
  });
});

describe('openCsv', () => {
  it('gives the whole content', async () => {
    const csv = `Id,Name\n${Array.from({ length: 20_000 }, (_, row) => `${row},"Zoë ""${row}"""\n`).join('')}`;

    assert.equal(await withZip(csv, contentOf), csv);
  });

  it('finds the table beside what an operating system adds to a zip', async () => {
    const entries = { '__MACOSX/._result.csv': 'not a table', '.DS_Store': 'x', 'result.csv': 'Id\n1\n' };

    assert.equal(await withEntries(entries, contentOf), 'Id\n1\n');
  });

  it('says what a zip without a table holds', async () => {
    await assert.rejects(withEntries({ 'readme.txt': 'x' }, contentOf), /has no CSV: it holds readme\.txt/);
  });

  it('keeps a byte order mark that is not at the start', async () => {
    const csv = `Id\n${BYTE_ORDER_MARK}x\n`;

    assert.equal(await withZip(csv, contentOf), csv);
  });

  it('refuses a file that was cut off, wherever', async () => {
    await withZip(`Id,Noise\n1,${randomBytes(300).toString('base64')}\n`, async (file) => {
      const { length } = await readFile(file);
      for (let bytes = length - 1; bytes >= 0; bytes -= 1) {
        await truncate(file, bytes);
        await assert.rejects(contentOf(file), ResultFileBroken, `cut to ${bytes} of ${length} bytes`);
      }
    });
  });

  it('never passes a damaged file off as a whole one', async () => {
    const csv = `Id,Noise\n${Array.from({ length: 40 }, (_, row) => `${row},${randomBytes(9).toString('base64')}\n`).join('')}`;
    await withZip(csv, async (file) => {
      const whole = await readFile(file);
      for (let at = 0; at < whole.length; at += 1) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] as number) ^ 0x55;
        await writeFile(file, damaged);
        const outcome = await contentOf(file).catch((error: unknown) => error);
        if (typeof outcome === 'string') assert.equal(outcome, csv, `byte ${at}`);
        else assert.ok(outcome instanceof ResultFileBroken, `byte ${at}: ${String(outcome)}`);
      }
    });
  });

  it('refuses an empty zip and a page that is no zip at all', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'result.zip');
      await writeFile(file, '<html>Service Unavailable</html>');
      await assert.rejects(openCsv(file), ResultFileBroken);

      const zip = new ZipFile();
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(file));
      await assert.rejects(openCsv(file), ResultFileBroken);
      assert.equal(await openHandles(file), 0);
    });
  });

  it('is not inflated beyond what its rows can have', async () => {
    const bomb = Buffer.alloc(8 << 20, 'Id\n1\n');

    await withZip(bomb, async (file) => {
      let bytes = 0;
      const read = async (): Promise<void> => {
        for await (const piece of await openCsv(file, 1 << 20)) bytes += (piece as Buffer).length;
      };

      await assert.rejects(read(), /holds more than the 1048576 bytes that its rows can have/);
      assert.ok(bytes <= 1 << 20);
      assert.equal(await openHandles(file), 0);
    });
  });

  it('does not hold an unread file in memory', async () => {
    const size = 64 << 20;
    await withFolder(async (folder) => {
      const file = path.join(folder, 'result.zip');
      const zip = new ZipFile();
      const block = Buffer.alloc(1 << 20, 'Id,Deal_Name\n');
      zip.addReadStream(Readable.from(Array.from({ length: size >> 20 }, () => block)), 'result.csv');
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(file));

      const csv = await openCsv(file);
      let most = 0;
      let bytes = 0;
      for await (const piece of csv) {
        bytes += (piece as Buffer).length;
        most = Math.max(most, csv.readableLength);
      }

      assert.equal(bytes, size);
      assert.ok(most < 4 << 20, `${most} bytes were waiting`);
    });
  });

  it('lets go of the file when its reader gives up, and when there is nothing left', async () => {
    await withZip(`Id\n${'1\n'.repeat(500_000)}`, async (file) => {
      await readHeader(file);
      await contentOf(file);
      await new Promise((resolve) => setImmediate(resolve));

      assert.equal(await openHandles(file), 0);
    });
  });
});
