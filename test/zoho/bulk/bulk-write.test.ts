import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LIMITS } from '../../../src/domain/zoho-limits';
import {
  BULK_WRITE_DATETIME_FORMAT,
  type BulkWriteJobQuery,
  createBulkWriteJob,
  downloadBulkWriteResult,
  getBulkWriteJob,
  uploadBulkFile,
} from '../../../src/zoho/bulk/bulk-write';
import { failureOf } from '../support/failures';
import { ACCESS_TOKEN, type Bench, startBench } from '../support/stub-zoho';

const FILE_ID = '5500000002390001';
const JOB_ID = '5500000002398001';
const uploaded = {
  status: 'success',
  code: 'FILE_UPLOAD_SUCCESS',
  message: 'file uploaded.',
  details: { file_id: FILE_ID, created_time: '2026-02-01T10:00:00+05:30' },
};
const upsert: BulkWriteJobQuery = {
  operation: 'upsert',
  module: 'Contacts',
  fileId: FILE_ID,
  fileName: 'contacts.csv',
  findBy: 'ERP_Id',
  ignoreEmpty: false,
};

describe('bulk write', () => {
  let bench: Bench;
  let folder: string;
  before(async () => {
    bench = await startBench();
    folder = await mkdtemp(path.join(tmpdir(), 'bulk-write-'));
  });
  after(async () => {
    await bench.stop();
    await rm(folder, { recursive: true });
  });

  describe('upload', () => {
    it('sends the file as one part, with its length known, and the headers Zoho wants', async () => {
      const file = path.join(folder, 'contacts.zip');
      await writeFile(file, 'PK and more');
      bench.zoho.answer(200, uploaded);
      const result = await uploadBulkFile(bench.transport, { file, zgid: '700001' });
      assert.deepEqual(result, { fileId: FILE_ID, createdTime: '2026-02-01T10:00:00+05:30' });
      const { method, url, headers, body } = bench.zoho.last;
      assert.deepEqual([method, url.pathname], ['POST', '/crm/v8/upload']);
      assert.deepEqual([headers.feature, headers['x-crm-org']], ['bulk-write', '700001']);
      assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
      const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(headers['content-type'] ?? '')?.[1];
      assert.deepEqual(body.split('\r\n'), [
        `--${boundary}`,
        'Content-Disposition: form-data; name="file"; filename="contacts.zip"',
        'Content-Type: application/zip',
        '',
        'PK and more',
        `--${boundary}--`,
        '',
      ]);
      assert.equal(bench.calls.at(-1)?.bytesSent, Buffer.byteLength(body));
    });

    it('stops when it is aborted', async () => {
      const file = path.join(folder, 'long.zip');
      await writeFile(file, '');
      await truncate(file, LIMITS.bulkWrite.zipBytes);
      const abort = new AbortController();
      bench.zoho.respond(() => abort.abort(new Error('CANCELLED')));
      const call = uploadBulkFile(bench.transport, { file, zgid: '700001' }, { signal: abort.signal });
      await assert.rejects(call, /CANCELLED/);
      assert.equal(bench.calls.at(-1)?.aborted, true);
    });

    it('refuses a file above 25 MB before the call', async () => {
      const file = path.join(folder, 'large.zip');
      await writeFile(file, '');
      await truncate(file, LIMITS.bulkWrite.zipBytes + 1);
      const error = await failureOf(uploadBulkFile(bench.transport, { file, zgid: '700001' }));
      assert.equal(error.category, 'request_bug');
    });

    it('lets an error of the disk pass', async () => {
      const upload = { file: path.join(folder, 'absent.zip'), zgid: '700001' };
      await assert.rejects(uploadBulkFile(bench.transport, upload), { code: 'ENOENT' });
    });

    it('takes a refusal for what it is', async () => {
      const file = path.join(folder, 'bad.zip');
      await writeFile(file, 'no zip');
      bench.zoho.answer(400, { status: 'error', code: 'INVALID_FILE_FORMAT', message: 'm', details: {} });
      const error = await failureOf(uploadBulkFile(bench.transport, { file, zgid: '700001' }));
      assert.deepEqual([error.code, error.category], ['INVALID_FILE_FORMAT', 'request_bug']);
    });
  });

  describe('job', () => {
    it('is ordered with everything it needs', async () => {
      bench.zoho.answer(201, { status: 'success', code: 'SUCCESS', message: 'success', details: { id: JOB_ID } });
      const { jobId } = await createBulkWriteJob(bench.transport, {
        ...upsert,
        callbackUrl: 'https://app.test/zoho/bw',
        fieldMappings: [
          { field: 'ERP_Id', index: 0 },
          { field: 'Account_Name', index: 1, findBy: 'id' },
          { field: 'Next_Call', index: 2, format: BULK_WRITE_DATETIME_FORMAT },
          { field: 'Lead_Source', defaultValue: 'ERP' },
        ],
      });
      assert.equal(jobId, JOB_ID);
      assert.deepEqual(JSON.parse(bench.zoho.last.body), {
        operation: 'upsert',
        ignore_empty: false,
        character_encoding: 'UTF-8',
        callback: { url: 'https://app.test/zoho/bw', method: 'post' },
        resource: [
          {
            type: 'data',
            module: { api_name: 'Contacts' },
            file_id: FILE_ID,
            file_names: ['contacts.csv'],
            find_by: 'ERP_Id',
            ignore_empty: false,
            field_mappings: [
              { api_name: 'ERP_Id', index: 0 },
              { api_name: 'Account_Name', index: 1, find_by: 'id' },
              { api_name: 'Next_Call', index: 2, format: "yyyy-MM-dd'T'HH:mm:ssXXX" },
              { api_name: 'Lead_Source', default_value: { value: 'ERP' } },
            ],
          },
        ],
      });
      assert.equal(bench.calls.at(-1)?.credits, 500);
    });

    const refusals: [what: string, query: BulkWriteJobQuery, message: RegExp][] = [
      ['an update without a key', { ...upsert, operation: 'update', findBy: undefined }, /no field by which an update/],
      ['a module without bulk write', { ...upsert, module: 'Notes' }, /no bulk write/],
      ['a mapping of nothing', { ...upsert, fieldMappings: [{ field: 'Email' }] }, /neither a column/],
      ['column 200', { ...upsert, fieldMappings: [{ field: 'Email', index: 200 }] }, /column 200/],
      ['no mapping at all', { ...upsert, fieldMappings: [] }, /mappings is empty/],
    ];
    for (const [what, query, message] of refusals) {
      it(`is refused with ${what} before the call`, async () => {
        const sent = bench.zoho.received.length;
        const error = await failureOf(createBulkWriteJob(bench.transport, query));
        assert.equal(error.category, 'request_bug');
        assert.match(error.message, message);
        assert.equal(bench.zoho.received.length, sent);
      });
    }

    const job = (status: string, resource: object, result?: object) => ({
      status,
      id: JOB_ID,
      operation: 'upsert',
      resource: [{ type: 'data', module: { api_name: 'Contacts', id: '1' }, ...resource }],
      ...(result ? { result } : {}),
    });

    it('goes by its own status, tells counts and where the result is', async () => {
      const file = {
        status: 'COMPLETED',
        name: 'c.csv',
        added_count: 2,
        updated_count: 1,
        skipped_count: 1,
        total_count: 4,
      };
      const resource = { status: 'COMPLETED', code: 'INPROGRESS', file };
      bench.zoho.answer(200, job('COMPLETED', resource, { download_url: 'https://download-accl.zoho.com/v2/x.zip' }));
      const { serverTime: _, ...found } = await getBulkWriteJob(bench.transport, JOB_ID);
      assert.deepEqual(found, {
        jobId: JOB_ID,
        state: 'COMPLETED',
        files: [
          {
            name: 'c.csv',
            module: 'Contacts',
            state: 'COMPLETED',
            addedCount: 2,
            updatedCount: 1,
            skippedCount: 1,
            totalCount: 4,
            failure: null,
          },
        ],
        downloadUrl: 'https://download-accl.zoho.com/v2/x.zip',
      });
    });

    it('reads every spelling of a running job', async () => {
      for (const status of ['INPROGRESS', 'IN PROGRESS', 'IN_PROGRESS']) {
        bench.zoho.answer(200, job(status, { status, code: status }));
        assert.equal((await getBulkWriteJob(bench.transport, JOB_ID)).state, 'IN PROGRESS');
      }
    });

    it('says why a file failed', async () => {
      bench.zoho.answer(200, job('FAILED', { status: 'FAILED', code: 'MANDATORY_FIELDS_NOT_MAPPED' }));
      const [file] = (await getBulkWriteJob(bench.transport, JOB_ID)).files;
      assert.deepEqual([file?.failure?.category, file?.failure?.retryable], ['validation', false]);
    });
  });

  describe('result', () => {
    it('is fetched with the token from the same origin where Zoho is a simulator', async () => {
      bench.zoho.respond((response) => response.writeHead(200, { 'content-type': 'application/zip' }).end('zip'));
      const file = path.join(folder, 'result.zip');
      await downloadBulkWriteResult(bench.transport, `${bench.zoho.url}/v2/crm/1/x.zip?a=b`, file);
      assert.equal(await readFile(file, 'utf8'), 'zip');
      assert.equal(bench.zoho.last.headers.authorization, `Zoho-oauthtoken ${ACCESS_TOKEN}`);
      assert.equal(bench.zoho.last.url.search, '?a=b');
    });

    it('is not fetched from another host, which would get the token', async () => {
      const reached: string[] = [];
      const foreign = createServer((request, response) => {
        reached.push(request.url ?? '');
        response.end();
      }).listen(0, '127.0.0.1');
      await once(foreign, 'listening');
      try {
        const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/x.zip`;
        const error = await failureOf(downloadBulkWriteResult(bench.transport, url, path.join(folder, 'foreign.zip')));
        assert.deepEqual([error.category, reached], ['request_bug', []]);
      } finally {
        foreign.close();
      }
    });
  });
});
