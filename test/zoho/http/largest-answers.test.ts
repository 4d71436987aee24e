import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { downloadBulkReadResult } from '../../../src/zoho/bulk/bulk-read';
import { getOrg } from '../../../src/zoho/metadata/org';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const MEGABYTE = 1024 * 1024;

describe('answers without an end', () => {
  let bench: Bench;
  let sent: number;
  beforeEach(async () => {
    bench = await startBench();
    sent = 0;
  });
  afterEach(() => bench.stop());

  function answerForEver(contentType: string): void {
    const piece = Buffer.alloc(MEGABYTE, ' ');
    bench.zoho.respond((response) => {
      response.writeHead(200, { 'content-type': contentType });
      const endless = Readable.from(
        (function* () {
          for (;;) {
            sent += 1;
            yield piece;
          }
        })(),
      );
      response.on('close', () => endless.destroy());
      endless.pipe(response);
    });
  }

  it('are read to the limit of their operation, and refused', async () => {
    answerForEver('application/json');

    const error = await failureOf(getOrg(bench.transport));

    assert.deepEqual([error.category, error.code], ['server', 'ANSWER_TOO_LARGE']);
    assert.ok(sent < 64, `${sent} MB were sent`);
  });

  it('do not fill the disk, and leave no file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pulse-large-'));
    answerForEver('application/zip');

    const download = downloadBulkReadResult(bench.transport, '/crm/bulk/v8/read/1/result', path.join(folder, 'a.zip'), {
      largest: 8 * MEGABYTE,
    });
    const error = await failureOf(download);

    assert.equal(error.code, 'ANSWER_TOO_LARGE');
    assert.ok(sent < 40, `${sent} MB were sent`);
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
});
