import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { findRelease, type Release } from './release';

const run = promisify(execFile);
/** Behind some firewalls a download hangs instead of failing: for connecting, the headers, and each pause in the body. */
const TIMEOUT_MS = 20_000;
/** Some times what the archive has; more is not what it should be. */
const LARGEST_BYTES = 400_000_000;
const PROGRAM = 'temporal';

/**
 * Downloads the release of the Temporal CLI for this machine, through the proxy of the environment if there is one.
 * @param target where the program goes, by an atomic rename; the caller holds its lock.
 * @throws Error when there is no release for this machine, no answer, or another checksum than that of the release.
 */
export async function downloadTemporalServer(target: string, report: (line: string) => void): Promise<void> {
  const release = findRelease(process.platform, process.arch);
  if (!release) throw new Error(`there is no release for ${process.platform} on ${process.arch}`);
  report(`Downloading the Temporal server from ${release.url}`);
  await installRelease(release, target);
}

/**
 * Downloads an archive, and takes the program out of it if the archive is the one that the checksum is of. Nothing that
 * was downloaded is read before.
 * @throws Error
 */
export async function installRelease({ url, sha256 }: Release, target: string): Promise<void> {
  const folder = path.join(path.dirname(target), 'download');
  const archive = path.join(folder, 'archive.tar.gz');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const found = await download(url, archive);
    if (found !== sha256) {
      throw new Error(
        `${url} has the SHA-256 ${found} and not ${sha256}: it is not what was released, and was not run`,
      );
    }
    await run('tar', ['-xzf', archive, '-C', folder, PROGRAM]);
    await chmod(path.join(folder, PROGRAM), 0o755);
    await rename(path.join(folder, PROGRAM), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns SHA-256 of what was written, in hex */
async function download(url: string, file: string): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const hash = createHash('sha256');
  try {
    const answer = await fetch(url, { dispatcher });
    if (!answer.ok || answer.body === null) throw new Error(`${url} was answered with ${answer.status}`);
    let length = 0;
    const whole = async function* (body: AsyncIterable<Uint8Array>) {
      for await (const piece of body) {
        length += piece.length;
        if (length > LARGEST_BYTES) throw new Error(`${url} is larger than ${LARGEST_BYTES} bytes`);
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(answer.body, whole, createWriteStream(file));
  } catch (error) {
    throw new Error(shortReason(error), { cause: error });
  } finally {
    await dispatcher.destroy();
  }
  return hash.digest('hex');
}

/** `fetch` hides the reason behind "fetch failed". */
function shortReason(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && message === 'fetch failed' ? cause.message : message;
}
