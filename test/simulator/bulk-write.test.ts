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

  const record = async (module: string, id: string | undefined): Promise<Record<string, unknown>> =>
    (await bed.call(`/crm/v8/${module}/${id}`)).body.data?.[0] ?? {};

  const someDeals = async (count: number): Promise<readonly { id: string; [key: string]: unknown }[]> =>
    (await bed.call(`/crm/v8/Deals?fields=Deal_Name,Amount,Next_Step&per_page=${count}`)).body.data ?? [];

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
    it('inserts by header names, with the reason of every row left out', async () => {
      const csv =
        'Deal_Name,Stage,Amount\n"One, quoted",Qualification,10.5\n,Qualification,1\nThree,Qualification,ten\n';

      const job = await runBulkWrite(bed, csv, DEALS);
      const rows = await resultRows(bed, job);

      assert.deepEqual(job.resource[0]?.file, {
        status: 'COMPLETED',
        name: 'rows.csv',
        added_count: 1,
        updated_count: 0,
        skipped_count: 2,
        total_count: 3,
      });
      assert.deepEqual(
        rows.map(({ Deal_Name: name, STATUS: status, ERRORS: errors }) => [name, status, errors]),
        [
          ['One, quoted', 'ADDED', ''],
          ['', 'SKIPPED', 'MANDATORY_NOT_FOUND-Deal_Name'],
          ['Three', 'SKIPPED', 'INVALID_DATA-Amount'],
        ],
      );
      assert.equal((await record('Deals', rows[0]?.['RECORD_ID']))['Amount'], 10.5);
    });

    it('updates by id: empty cells clear, unless they are to be ignored', async () => {
      const [first, second] = await someDeals(2);
      bed.simulator.control.changeRecords('Deals', {
        update: [first, second].map((deal) => ({ id: deal?.id ?? '', Next_Step: 'before', Amount: 5 })),
      });
      const resource = {
        ...DEALS,
        find_by: 'id',
        field_mappings: [
          { api_name: 'id', index: 0 },
          { api_name: 'Amount', index: 1 },
          { api_name: 'Next_Step', index: 2 },
        ],
      };
      const job = { operation: 'update' };

      await runBulkWrite(bed, `a,b,c\n${first?.id},7,\n`, resource, job);
      await runBulkWrite(bed, `a,b,c\n${second?.id},8,\n`, resource, { ...job, ignore_empty: true });

      const [cleared, kept] = [await record('Deals', first?.id), await record('Deals', second?.id)];
      assert.deepEqual([cleared['Amount'], cleared['Next_Step']], [7, null]);
      assert.deepEqual([kept['Amount'], kept['Next_Step']], [8, 'before']);
    });

    it('says which records it did not find', async () => {
      const [known] = await someDeals(1);
      const csv = `id,Amount\n${known?.id},1\n5500000103999999998,1\n,1\n`;

      const job = await runBulkWrite(bed, csv, { ...DEALS, find_by: 'id' }, { operation: 'update' });

      assert.deepEqual(
        (await resultRows(bed, job)).map(({ STATUS: status, ERRORS: errors }) => [status, errors]),
        [
          ['UPDATED', ''],
          ['SKIPPED', 'RESOURCE_NOT_FOUND-id'],
          ['SKIPPED', 'MANDATORY_NOT_FOUND-id'],
        ],
      );
    });

    it('upserts by the key, and finds rows of its own file again', async () => {
      const csv = 'Last_Name,Email\nOld,contact17@example.test\nNew,n@example.test\nNewer,n@example.test\n';

      const job = await runBulkWrite(bed, csv, { ...CONTACTS, find_by: 'Email' }, { operation: 'upsert' });
      const rows = await resultRows(bed, job);

      assert.deepEqual(
        rows.map(({ STATUS: status }) => status),
        ['UPDATED', 'ADDED', 'UPDATED'],
      );
      assert.equal(rows[1]?.['RECORD_ID'], rows[2]?.['RECORD_ID']);
      assert.equal((await record('Contacts', rows[1]?.['RECORD_ID']))['Last_Name'], 'Newer');
    });

    it('leaves out what exists when an insert names a key', async () => {
      const csv = 'Last_Name,Email\nOld,contact17@example.test\n';

      const job = await runBulkWrite(bed, csv, { ...CONTACTS, find_by: 'Email' });

      assert.equal((await resultRows(bed, job))[0]?.['ERRORS'], 'DUPLICATE_DATA-Email');
    });

    it('reads every type by its mapping: formats, defaults, lookups, choices nobody knew', async () => {
      const account = (await bed.call('/crm/v8/Accounts?fields=Account_Name&per_page=1')).body.data?.[0];
      const csv = [
        'name;stage;when;seen;account;products;renewal',
        `A;;31.12.2026;2026-03-01T10:00:00+05:30;${account?.id};Compute;true`,
        `B;Closed Won;01.01.2027;;${account?.id};;false`,
      ].join('\n');
      const resource = {
        ...DEALS,
        field_mappings: [
          { api_name: 'Deal_Name', index: 0 },
          { api_name: 'Stage', index: 1, default_value: { value: 'Qualification' } },
          { api_name: 'Closing_Date', index: 2, format: 'dd.MM.yyyy' },
          { api_name: 'Next_Review_Time', index: 3, format: "yyyy-MM-dd'T'HH:mm:ssXXX" },
          { api_name: 'Account_Name', index: 4, find_by: 'id' },
          { api_name: 'Products_Interested', index: 5 },
          { api_name: 'Is_Renewal', index: 6 },
          { api_name: 'Lead_Source', default_value: { value: 'Bulk' } },
        ],
      };

      const rows = await resultRows(bed, await runBulkWrite(bed, csv, resource));
      const [first, second] = [
        await record('Deals', rows[0]?.['RECORD_ID']),
        await record('Deals', rows[1]?.['RECORD_ID']),
      ];

      assert.deepEqual(
        [first['Stage'], first['Closing_Date'], first['Next_Review_Time'], first['Lead_Source'], first['Is_Renewal']],
        ['Qualification', '2026-12-31', '2026-02-28T23:30:00-05:00', 'Bulk', true],
      );
      assert.deepEqual(first['Account_Name'], { name: account?.['Account_Name'], id: account?.id });
      assert.deepEqual([first['Products_Interested'], second['Stage']], [['Compute'], 'Closed Won']);
      const fields = (await bed.call('/crm/v8/settings/fields?module=Deals')).body['fields'] as Record<
        string,
        unknown
      >[];
      const source = fields.find((field) => field['api_name'] === 'Lead_Source');
      assert.ok(JSON.stringify(source?.['pick_list_values']).includes('"Bulk"'));
    });

    it('finds lookups by another field', async () => {
      const account = (await bed.call('/crm/v8/Accounts?fields=Account_Name&per_page=1')).body.data?.[0];
      const csv = `Deal_Name,Stage,Account_Name.Account_Name\nA,Qualification,"${String(account?.['Account_Name']).replaceAll('"', '""')}"\nB,Qualification,nobody\n`;

      const rows = await resultRows(bed, await runBulkWrite(bed, csv, DEALS));

      const lookup = (await record('Deals', rows[0]?.['RECORD_ID']))['Account_Name'];
      assert.equal((lookup as { id: string }).id, account?.id);
      assert.equal(rows[1]?.['ERRORS'], 'INVALID_DATA-Account_Name');
    });

    it('writes 25,000 rows and skips the rest', async () => {
      const lines = Array.from({ length: 25_002 }, (_, i) => `Bulk ${i},Qualification,${i}`);

      const job = await runBulkWrite(bed, `Deal_Name,Stage,Amount\n${lines.join('\n')}\n`, DEALS);
      const count = await bed.call('/crm/v8/Deals/actions/count');
      const last = (await resultRows(bed, job)).at(-1);

      const { added_count: added, skipped_count: skipped } = job.resource[0]?.file ?? {};
      assert.deepEqual([added, skipped], [25_000, 2]);
      assert.equal(count.body['count'], 26_000);
      assert.deepEqual([last?.['STATUS'], last?.['ERRORS']], ['SKIPPED', 'LIMIT_EXCEEDED']);
    });

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
