import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { networkError } from '../errors/classify-error';
import { answerTooLarge, type CallLabel, unreadableAnswer } from '../errors/errors';
import type { HttpStream } from './http-client';

/**
 * Writes the body of an opened answer to a file that only its owner can read, and that exists only once it is complete.
 *
 * @param options.largest bytes that the file may have.
 * @returns the bytes written.
 * @throws ZohoError category `network` if the stream is cut; the signal's reason; errors of the disk unchanged.
 */
export async function saveStream(
  label: CallLabel,
  stream: HttpStream,
  destinationFile: string,
  { signal, largest = Infinity }: { signal?: AbortSignal | undefined; largest?: number | undefined } = {},
): Promise<number> {
  const partFile = `${destinationFile}.part`;
  const file = createWriteStream(partFile, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(chunksOf(label, stream, largest), file, signal ? { signal } : {});
    const announced = stream.headers['content-length'];
    if (announced !== undefined && Number(announced) !== file.bytesWritten) {
      throw unreadableAnswer(label, stream.statusCode, 'the file is shorter than announced');
    }
    await rename(partFile, destinationFile);
    return file.bytesWritten;
  } catch (error) {
    // A disk that fails at once leaves the body unread, which would keep its connection busy.
    stream.body.on('error', () => undefined).destroy();
    await rm(partFile, { force: true });
    signal?.throwIfAborted();
    throw error;
  }
}

/** Gives the failures of the line their type here: once piped, they look like those of the disk. */
async function* chunksOf(label: CallLabel, stream: HttpStream, largest: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of stream.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > largest) break;
      yield chunk;
    }
  } catch (error) {
    throw networkError(label, error);
  }
  if (bytes > largest) throw answerTooLarge(label, stream.statusCode, largest);
}
