import assert from 'node:assert/strict';
import { resultRows, runBulkWrite } from './bulk-write-support';
import { startTestBed, type TestBed } from './support';

const DEALS = { module: { api_name: 'Deals' } };
const CONTACTS = { module: { api_name: 'Contacts' } };

describe('simulator: rows of a bulk write', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  const record = async (module: string, id: string | undefined): Promise<Record<string, unknown>> =>
    (await bed.call(`/crm/v8/${module}/${id}`)).body.data?.[0] ?? {};

  const someDeals = async (count: number): Promise<readonly { id: string; [key: string]: unknown }[]> =>
    (await bed.call(`/crm/v8/Deals?fields=Deal_Name,Amount,Next_Step&per_page=${count}`)).body.data ?? [];

  it('inserts by header names, with the reason of every row left out', async () => {
    const csv = 'Deal_Name,Stage,Amount\n"One, quoted",Qualification,10.5\n,Qualification,1\nThree,Qualification,ten\n';

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

  it('reads every type by its mapping: formats, defaults, lookups, unknown choices', async () => {
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
    const fields = (await bed.call('/crm/v8/settings/fields?module=Deals')).body['fields'] as Record<string, unknown>[];
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
});
