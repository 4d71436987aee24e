import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { installRelease } from '../../../dev/temporal/download-server';
import { findRelease, TEMPORAL_VERSION } from '../../../dev/temporal/release';

const run = promisify(execFile);
const PROGRAM = '#!/bin/sh\necho temporal\n';

describe('the downloaded Temporal server', () => {
  let folder: string;
  let archive: Buffer;
  let server: Server;
  let origin: string;
  let target: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-download-'));
    await writeFile(path.join(folder, 'temporal'), PROGRAM);
    await writeFile(path.join(folder, 'LICENSE'), 'MIT');
    await run('tar', ['-czf', 'archive.tar.gz', 'temporal', 'LICENSE'], { cwd: folder });
    archive = await readFile(path.join(folder, 'archive.tar.gz'));
    target = path.join(folder, 'installed');
    // GitHub, too, answers with another address.
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/archive' }).end();
      else if (request.url === '/archive') response.end(archive);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const checksum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  it('is the program of an archive that has the checksum of the release', async () => {
    await installRelease({ url: `${origin}/moved`, sha256: checksum(archive) }, target);

    const { mode } = await stat(target);
    assert.deepEqual([await readFile(target, 'utf8'), mode & 0o111], [PROGRAM, 0o111]);
  });

  it('is refused, and nothing of it kept, where the archive is another one', async () => {
    const released = checksum(archive);
    archive = Buffer.concat([archive, Buffer.from('and more')]);

    await assert.rejects(installRelease({ url: `${origin}/archive`, sha256: released }, target), {
      message: `${origin}/archive has the SHA-256 ${checksum(archive)} and not ${released}: it is not what was released, and was not run`,
    });

    assert.deepEqual([existsSync(target), (await readdir(folder)).includes('download')], [false, false]);
  });

  it('is refused where there is none at the address', async () => {
    await assert.rejects(installRelease({ url: `${origin}/gone`, sha256: checksum(archive) }, target), {
      message: `${origin}/gone was answered with 404`,
    });
  });

  for (const [platform, arch] of [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['darwin', 'arm64'],
  ] as const) {
    it(`is one of Temporal's releases, of which the checksum is known, on ${platform} and ${arch}`, () => {
      const { url = '', sha256 = '' } = findRelease(platform, arch) ?? {};

      assert.ok(url.startsWith(`https://github.com/temporalio/cli/releases/download/v${TEMPORAL_VERSION}/`), url);
      assert.match(sha256, /^[0-9a-f]{64}$/);
    });
  }

  it('is none where no checksum is known', () => {
    assert.equal(findRelease('sunos', 'x64'), undefined);
  });
});
