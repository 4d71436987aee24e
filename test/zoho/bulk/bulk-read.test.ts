import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBulkReadJob, downloadBulkReadResult, getBulkReadJob } from '../../../src/zoho/bulk/bulk-read';
import type { BulkReadCriteria } from '../../../src/zoho/bulk/bulk-read-criteria';
import { failureOf } from '../support/failures';
import { ACCESS_TOKEN, type Bench, startBench } from '../support/stub-zoho';

const JOB = '5500000002383001';
const RESULT = `/crm/bulk/v8/read/${JOB}/result`;
const created = {
  data: [{ status: 'success', code: 'ADDED_SUCCESSFULLY', message: 'm', details: { id: JOB, state: 'ADDED' } }],
  info: {},
};

describe('bulk read', () => {
  let bench: Bench;
  let folder: string;
  beforeEach(async () => {
    bench = await startBench(500);
    folder = await mkdtemp(path.join(tmpdir(), 'bulk-read-'));
  });
  afterEach(async () => {
    await bench.stop();
    await rm(folder, { recursive: true });
  });

  describe('creating a job', () => {
    it("sends the query in Zoho's form for 50 credits", async () => {
      bench.zoho.answer(201, created);
      const criteria: BulkReadCriteria = {
        groupOperator: 'and',
        group: [
          { field: 'Modified_Time', comparator: 'greater_equal', value: '2026-01-01T00:00:00+00:00' },
          { field: 'Stage', comparator: 'in', value: ['Won', 'Lost'] },
        ],
      };
      const fields = ['Deal_Name', 'Stage'];
      const job = await createBulkReadJob(bench.transport, {
        module: 'Deals',
        fields,
        criteria,
        callbackUrl: 'https://a.test/b',
      });
      assert.deepEqual([job.jobId, job.state], [JOB, 'ADDED']);
      assert.equal(bench.zoho.last.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(bench.zoho.last.body), {
        callback: { url: 'https://a.test/b', method: 'post' },
        query: {
          module: { api_name: 'Deals' },
          fields,
          criteria: {
            group_operator: 'and',
            group: [
              { field: { api_name: 'Modified_Time' }, comparator: 'greater_equal', value: '2026-01-01T00:00:00+00:00' },
              { field: { api_name: 'Stage' }, comparator: 'in', value: ['Won', 'Lost'] },
            ],
          },
          page: 1,
        },
        file_type: 'csv',
      });
      assert.equal(bench.calls[0]?.credits, 50);
    });

    it('sends nothing but the page token when it continues', async () => {
      bench.zoho.answer(201, created);
      await createBulkReadJob(bench.transport, { module: 'Deals', fields: ['Stage'], pageToken: 'bca6fb' });
      assert.deepEqual(JSON.parse(bench.zoho.last.body), { query: { page_token: 'bca6fb' } });
    });

    it('exposes the field that cannot be exported', async () => {
      for (const code of ['FIELD_NOT_AVAILABLE', 'FIELD_NOT_SUPPORTED']) {
        const details = { api_name: 'Mailing_Address', module: 'Contacts' };
        bench.zoho.answer(400, { data: [{ code, details, message: 'm', status: 'error' }] });
        const error = await failureOf(
          createBulkReadJob(bench.transport, { module: 'Contacts', fields: ['Mailing_Address'] }),
        );
        assert.deepEqual([error.fieldName, error.retryable], ['Mailing_Address', false]);
      }
    });

    it('refuses more than 200 fields, because Zoho would export all of them', async () => {
      const fields = Array.from({ length: 201 }, (_, index) => `F${index}`);
      const error = await failureOf(createBulkReadJob(bench.transport, { module: 'Deals', fields }));
      assert.match(error.message, /201 fields .* 200/);
    });

    it('refuses page with page token, and more than 25 conditions', async () => {
      const query = { module: 'Deals', fields: ['Stage'] };
      const both = await failureOf(createBulkReadJob(bench.transport, { ...query, page: 2, pageToken: 'x' }));
      const condition = { field: 'Stage', comparator: 'equal', value: 'Won' } as const;
      const criteria = { groupOperator: 'or', group: Array.from({ length: 26 }, () => condition) } as const;
      const many = await failureOf(createBulkReadJob(bench.transport, { ...query, criteria }));
      assert.deepEqual([both.category, many.category], ['request_bug', 'request_bug']);
      assert.equal(bench.zoho.received.length, 0);
    });
  });

  describe('following a job', () => {
    const answerJob = (job: object) => bench.zoho.answer(200, { data: [{ id: JOB, operation: 'read', ...job }] });

    it('tells the state, with or without the space', async () => {
      for (const state of ['IN PROGRESS', 'IN_PROGRESS']) {
        answerJob({ state });
        const job = await getBulkReadJob(bench.transport, JOB);
        assert.deepEqual([job.state, job.result, job.failure], ['IN PROGRESS', undefined, undefined]);
      }
    });

    it('returns the result of a completed job', async () => {
      const result = {
        page: 1,
        per_page: 200000,
        count: 0,
        download_url: RESULT,
        more_records: true,
        next_page_token: 'bca6fb',
      };
      answerJob({ state: 'COMPLETED', result });
      const job = await getBulkReadJob(bench.transport, JOB);
      assert.deepEqual(job.result, {
        page: 1,
        count: 0,
        downloadUrl: RESULT,
        moreRecords: true,
        nextPageToken: 'bca6fb',
      });
    });

    it('does not take a completed job without a word about more records for the last one', async () => {
      answerJob({ state: 'COMPLETED', result: { page: 1, count: 5, download_url: RESULT } });
      assert.equal((await failureOf(getBulkReadJob(bench.transport, JOB))).code, 'UNEXPECTED_ANSWER');
    });

    it('returns why a job failed', async () => {
      const errorMessage = { status: 'error', code: 'INTERNAL_SERVER_ERROR', message: 'm', details: {} };
      answerJob({ state: 'FAILURE', result: { error_message: errorMessage } });
      const { failure } = await getBulkReadJob(bench.transport, JOB);
      assert.deepEqual(
        [failure?.category, failure?.code, failure?.retryable],
        ['server', 'INTERNAL_SERVER_ERROR', true],
      );
    });

    it('raises not_found for a job Zoho does not know', async () => {
      bench.zoho.answer(404, {
        code: 'RESOURCE_NOT_FOUND',
        details: { resource: '..' },
        message: 'm',
        status: 'error',
      });
      assert.equal((await failureOf(getBulkReadJob(bench.transport, JOB))).category, 'not_found');
    });
  });

  describe('downloading a result', () => {
    const zip = randomBytes(300_000);
    const destination = () => path.join(folder, 'result.zip');
    const download = (signal?: AbortSignal) =>
      downloadBulkReadResult(bench.transport, RESULT, destination(), { signal });
    const assertNoFile = async () => assert.deepEqual(await readdir(folder), []);

    it('streams it into the file', async () => {
      bench.zoho.respond((response) => response.setHeader('content-type', 'application/zip').end(zip));
      assert.deepEqual(await download(), { bytes: zip.length });
      assert.ok(zip.equals(await readFile(destination())));
      assert.deepEqual(await readdir(folder), ['result.zip']);
      assert.equal(bench.calls[0]?.bytesReceived, zip.length);
    });

    it('leaves nothing behind when the stream is cut', async () => {
      const cuts = [{ 'content-length': String(zip.length) }, {}];
      for (const headers of cuts) {
        bench.zoho.respond((response) => {
          response.writeHead(200, { 'content-type': 'application/zip', ...headers });
          response.write(zip.subarray(0, 200_000), () => response.socket?.destroy());
        });
        assert.equal((await failureOf(download())).category, 'network');
        await assertNoFile();
      }
      assert.deepEqual(
        bench.calls.map(({ failure }) => failure),
        ['network', 'network'],
      );
    });

    it('leaves nothing behind when it is aborted', async () => {
      const abort = new AbortController();
      bench.zoho.respond((response) => {
        response.writeHead(200, { 'content-type': 'application/zip' });
        response.write(zip, () => setTimeout(() => abort.abort(new Error('CANCELLED')), 20));
      });
      await assert.rejects(download(abort.signal), /CANCELLED/);
      await assertNoFile();
      assert.equal(bench.calls[0]?.aborted, true);
    });

    it('raises what Zoho answers instead of a file', async () => {
      bench.zoho.answer(429, { code: 'TOO_MANY_REQUESTS', details: {}, message: 'm', status: 'error' });
      assert.equal((await failureOf(download())).category, 'rate_limited');
      bench.zoho.answer(404, { code: 'RESOURCE_NOT_FOUND', details: {}, message: 'm', status: 'error' });
      assert.equal((await failureOf(download())).category, 'not_found');
      bench.zoho.answer(200, { data: [{ code: 'NO_PERMISSION', details: {}, message: 'm', status: 'error' }] });
      assert.equal((await failureOf(download())).category, 'permission');
      await assertNoFile();
    });

    it('rejects the token when it has expired', async () => {
      bench.zoho.answer(401, { code: 'INVALID_TOKEN', details: {}, message: 'm', status: 'error' });
      assert.equal((await failureOf(download())).category, 'auth_expired');
      assert.deepEqual(bench.tokens.rejected, [ACCESS_TOKEN]);
    });

    it('passes on the error of a disk that cannot be written', async () => {
      bench.zoho.respond((response) => response.setHeader('content-type', 'application/zip').end(zip));
      const nowhere = path.join(folder, 'missing', 'result.zip');
      await assert.rejects(downloadBulkReadResult(bench.transport, RESULT, nowhere), { code: 'ENOENT' });
      await assert.rejects(access(nowhere));
    });

    it('never sends the token to an address that is not a path of the bulk API', async () => {
      const addresses = [
        'https://evil.test/crm/bulk/x',
        '//evil.test/crm/bulk/x',
        '/\\evil.test/crm/bulk/x',
        '/crm/v8/Deals',
      ];
      for (const address of [...addresses, '/crm/bulk/../../oauth', 'crm/bulk/v8', '']) {
        const error = await failureOf(downloadBulkReadResult(bench.transport, address, destination()));
        assert.equal(error.category, 'request_bug', address);
      }
      assert.equal(bench.zoho.received.length, 0);
    });
  });
});
