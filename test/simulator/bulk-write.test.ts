import assert from 'node:assert/strict';
import { createJob, resultRows, runBulkWrite, statusOf, upload, uploadCsv, zipOf } from './bulk-write-support';
import { startReceiver } from './receiver';
import { accessToken, startTestBed, type TestBed } from './support';

const DEALS = { module: { api_name: 'Deals' } };
const CONTACTS = { module: { api_name: 'Contacts' } };

/** The header with a token that is valid by the clock of now. */
async function freshToken({ simulator }: TestBed): Promise<Record<string, string>> {
  return { Authorization: `Zoho-oauthtoken ${await accessToken(simulator.url)}` };
}

describe('simulator: bulk write', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  describe('upload', () => {
    it('takes a zip and gives its id', async () => {
      const { status, body } = await upload(bed, await zipOf('a\n1\n'));

      assert.deepEqual([status, body.code], [200, 'FILE_UPLOAD_SUCCESS']);
      assert.match(String(body.details?.['file_id']), /^\d{19}$/);
    });

    it('refuses other files and wrong headers', async () => {
      const zip = await zipOf('a\n1\n');

      const answers = await Promise.all([
        upload(bed, Buffer.from('a,b\n1,2\n')),
        upload(bed, zip, { feature: '' }),
        upload(bed, zip, { 'X-CRM-ORG': '1' }),
        upload(bed, zip, { feature: 'other' }),
        upload(bed, Buffer.alloc(25 * 1024 * 1024 + 1)),
      ]);

      assert.deepEqual(
        answers.map(({ status, body }) => [status, body.code, body['message']]),
        [
          [400, 'INVALID_FILE_FORMAT', 'invalid file format. only zip format is supported'],
          [400, 'MANDATORY_NOT_FOUND', 'Required key feature is not available'],
          [400, 'INVALID_DATA', 'Invalid data - x-crm-org'],
          [400, 'NOT_SUPPORTED_FEATURE', 'the feature is not supported'],
          [400, 'INVALID_DATA', 'Import file size should be less than 25 mb.'],
        ],
      );
    });
  });

  describe('jobs', () => {
    it('goes through its states by the virtual clock and calls back', async () => {
      const receiver = await startReceiver();
      const slow = await startTestBed({ bulkJobMs: 60_000 });
      slow.simulator.control.moveClock({ freeze: true });
      const callback = { url: receiver.url, method: 'post' };
      const created = await createJob(slow, 'Deal_Name,Stage\nA,Qualification\n', DEALS, { callback });
      const id = created.body.details?.['id'];
      while (slow.simulator.control.bulkWrites()[0]?.counts.total !== 1) await new Promise(setImmediate);
      const running = await statusOf(slow, id);
      // The row is written; the zip may still be on its way to the disk.
      slow.simulator.control.moveClock({ resume: true, advance: 60_000 });

      const [message] = await receiver.wait(1);
      const completed = await statusOf(slow, id);
      await slow.close();
      await receiver.close();

      assert.deepEqual([running.status, running.result], ['IN PROGRESS', undefined]);
      assert.deepEqual(JSON.parse(JSON.stringify(message)), completed);
      assert.equal(completed.status, 'COMPLETED');
    });

    it('loses and doubles callbacks on demand', async () => {
      const receiver = await startReceiver();
      const job = { callback: { url: receiver.url, method: 'post' } };
      bed.simulator.control.addDeliveryRule({ kind: 'drop', source: 'bulk-write', times: 1 });
      bed.simulator.control.addDeliveryRule({ kind: 'duplicate', source: 'bulk-write', times: 1 });

      await runBulkWrite(bed, 'Deal_Name,Stage\nLost,Qualification\n', DEALS, job);
      const doubled = await runBulkWrite(bed, 'Deal_Name,Stage\nDoubled,Qualification\n', DEALS, job);
      const messages = await receiver.wait(2);
      await receiver.close();

      assert.deepEqual(
        messages.map((message) => message['id']),
        [doubled['id'], doubled['id']],
      );
    });

    it('keeps a result for seven days and a file for one', async () => {
      const fileId = await uploadCsv(bed, 'Deal_Name,Stage\nA,Qualification\n');
      const job = await runBulkWrite(bed, 'Deal_Name,Stage\nA,Qualification\n', DEALS);
      const fetchResult = async (): Promise<number> => {
        const response = await bed.call(new URL(job.result?.download_url ?? '').pathname);
        return response.status;
      };

      const before = await fetchResult();
      bed.simulator.control.moveClock({ advance: 86_400_000 });
      const token = await freshToken(bed);
      const refused = await bed.call('/crm/bulk/v8/write', {
        method: 'POST',
        headers: token,
        json: {
          operation: 'insert',
          resource: [{ type: 'data', ...DEALS, file_id: fileId, file_names: ['rows.csv'] }],
        },
      });
      bed.simulator.control.moveClock({ advance: 6 * 86_400_000 });
      const gone = await bed.call(new URL(job.result?.download_url ?? '').pathname, {
        headers: await freshToken(bed),
      });

      assert.deepEqual([before, refused.body.code, gone.status], [200, 'INVALID_FILE_ID', 404]);
    });

    it('can fail in the middle, with rows that wait for another try', async () => {
      bed.simulator.control.failBulkWrites(1, 1);

      const job = await runBulkWrite(bed, 'Deal_Name,Stage\nA,Qualification\nB,Qualification\n', DEALS);

      assert.equal(job.status, 'FAILED');
      assert.deepEqual(
        (await resultRows(bed, job)).map(({ STATUS: status }) => status),
        ['ADDED', 'UNPROCESSED'],
      );
    });

    it('notifies as other writes do, where that is switched on', async () => {
      bed.simulator.control.setSwitches({ notificationsOfBulkWrites: true });
      const receiver = await startReceiver();
      const entry = { channel_id: '1', events: ['Deals.create'], notify_url: receiver.url };
      await bed.call('/crm/v8/actions/watch', { method: 'POST', json: { watch: [entry] } });

      const job = await runBulkWrite(bed, 'Deal_Name,Stage\nA,Qualification\n', DEALS);
      const [message] = await receiver.wait(1);
      await receiver.close();

      assert.deepEqual(message?.ids, [(await resultRows(bed, job))[0]?.['RECORD_ID']]);
    });

    it('is struck by faults by its operations and its module', async () => {
      bed.simulator.control.addFault({ kind: 'throttle', operation: 'uploadFile', times: 1 });
      bed.simulator.control.addFault({ kind: 'error', operation: 'createBulkWrite', module: 'Deals', times: 1 });

      const throttled = await upload(bed, await zipOf('a\n'));
      const failed = await createJob(bed, 'Deal_Name,Stage\nA,Qualification\n', DEALS);

      assert.deepEqual([throttled.status, failed.status], [429, 500]);
    });

    it('costs 500 credits', async () => {
      await createJob(bed, 'Deal_Name,Stage\nA,Qualification\n', DEALS);

      assert.equal(bed.simulator.control.calls().operations['createBulkWrite']?.credits, 500);
    });
  });

  describe('refusals', () => {
    const name = { api_name: 'Deal_Name', index: 0 };
    const stage = { api_name: 'Stage', index: 1 };
    const CASES: readonly [code: string, resource: Record<string, unknown>, job?: Record<string, unknown>][] = [
      ['MISSING_REQUIRED_KEY', DEALS, { operation: undefined }],
      ['INVALID_DATA', DEALS, { operation: 'delete' }],
      ['INVALID_CALLBACK_URL', DEALS, { callback: { url: 'nowhere', method: 'post' } }],
      ['INVALID_CALLBACK_METHOD', DEALS, { callback: { url: 'https://app.test', method: 'get' } }],
      ['MODULE_NOT_AVAILABLE', { module: { api_name: 'Nope' } }],
      ['NO_PERMISSION', { module: { api_name: 'Forbidden_Module' } }],
      ['INVALID_FILE_ID', { ...DEALS, file_id: '1' }],
      ['FILE_NOT_FOUND', { ...DEALS, file_names: ['other.csv'] }],
      ['MANDATORY_NOT_FOUND', DEALS, { operation: 'update' }],
      ['INVALID_FIELD', { ...DEALS, find_by: 'Amount' }, { operation: 'update' }],
      ['INVALID_FIELD', { ...DEALS, field_mappings: [name, stage, { api_name: 'Nope', index: 0 }] }],
      ['INVALID_FIELD', { ...DEALS, field_mappings: [name, stage, { api_name: 'Modified_Time', index: 0 }] }],
      ['COLUMN_INDEX_NOT_FOUND', { ...DEALS, field_mappings: [name, { api_name: 'Stage', index: 9 }] }],
      ['MANDATORY_FIELDS_NOT_MAPPED', { ...DEALS, field_mappings: [name] }],
      ['MANDATORY_NOT_FOUND', { ...DEALS, field_mappings: [name, stage, { api_name: 'Account_Name', index: 1 }] }],
      [
        'INVALID_FORMAT',
        { ...DEALS, field_mappings: [name, stage, { api_name: 'Closing_Date', index: 1, format: 'when' }] },
      ],
      ['INVALID_FIELD_NAME', CONTACTS],
    ];

    for (const [code, resource, job] of CASES) {
      it(`${code} for ${JSON.stringify({ ...resource, ...job })}`, async () => {
        const { status, body } = await createJob(bed, 'Deal_Name,Stage\nA,Qualification\n', resource, job);

        assert.deepEqual([status, body.code], [code === 'NO_PERMISSION' ? 403 : 400, code]);
      });
    }

    it('HEADER_LIMIT_EXCEEDED above 200 columns', async () => {
      const header = Array.from({ length: 201 }, (_, i) => `c${i}`).join(',');

      const { body } = await createJob(bed, `${header}\n`, DEALS);

      assert.equal(body.code, 'HEADER_LIMIT_EXCEEDED');
    });

    it('RESOURCE_NOT_FOUND for an unknown job', async () => {
      const { status, body } = await bed.call('/crm/bulk/v8/write/1');

      assert.deepEqual([status, body.code], [404, 'RESOURCE_NOT_FOUND']);
    });

    it('401 for a download without a token', async () => {
      const job = await runBulkWrite(bed, 'Deal_Name,Stage\nA,Qualification\n', DEALS);

      const { status } = await fetch(job.result?.download_url ?? '');

      assert.equal(status, 401);
    });
  });
});
