import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { downloadRows, runBulkRead, startTestBed, type TestBed } from './support';

const DAY = 86_400_000;

describe('simulator: bulk read', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 3_000 });
  });

  afterEach(() => bed.close());

  /** Bulk-read cell of a value of the list path. */
  function asCell(value: unknown): string {
    if (Array.isArray(value)) {
      const parts = value as (string | { name: string })[];
      return parts
        .map((part) => (typeof part === 'string' ? part : part.name))
        .join(typeof parts[0] === 'string' ? ';' : ',');
    }
    if (typeof value === 'object') return value === null ? '' : (value as { id: string }).id;
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  it('exports every field of every record as the list path shows it', async () => {
    bed.simulator.control.changeRecords('Deals', {
      update: {
        count: 50,
        values: {
          Next_Step: 'a "quoted", text\nwith lines',
          Amount: 12.5,
          Products_Interested: ['Compute', 'Support'],
        },
      },
      insert: { count: 10 },
      delete: { count: 20 },
    });

    const rows = await downloadRows(bed, await runBulkRead(bed, { module: { api_name: 'Deals' } }));

    const truth = Buffer.concat([...bed.simulator.control.exportRecords('Deals')])
      .toString('utf8')
      .trimEnd()
      .split('\n');
    assert.equal(rows.length, 2_990);
    truth.forEach((line, place) => {
      const {
        id,
        $approval_state: _state,
        $editable: _editable,
        ...fields
      } = JSON.parse(line) as Record<string, unknown>;
      const expected = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asCell(value)]));
      assert.deepEqual(rows[place], { Id: id, ...expected });
    });
  });

  it('exports 120 fields', async () => {
    const rows = await downloadRows(bed, await runBulkRead(bed, { module: { api_name: 'Wide_Module' } }));

    assert.equal(rows.length, 500);
    assert.equal(Object.keys(rows[0] ?? {}).length, 127);
  });

  it('follows lookups through dotted names', async () => {
    const fields = ['Account_Name', 'Account_Name.Account_Name', 'Owner.email'];

    const rows = await downloadRows(bed, await runBulkRead(bed, { module: { api_name: 'Deals' }, fields }));

    const row = rows.find((candidate) => candidate['Account_Name'] !== '');
    assert.match(row?.['Account_Name.Account_Name'] ?? '', /\d+$/);
    assert.match(row?.['Owner.email'] ?? '', /@simulator\.example$/);
  });

  it('filters by nested criteria', async () => {
    const { updated } = bed.simulator.control.changeRecords('Deals', {
      update: { count: 40, values: { Next_Step: 'pick me' } },
    });
    const criteria = {
      group_operator: 'and',
      group: [
        { field: { api_name: 'Modified_Time' }, comparator: 'greater_equal', value: '2026-06-01T00:00:00+00:00' },
        { field: { api_name: 'Next_Step' }, comparator: 'equal', value: 'pick me' },
      ],
    };

    const rows = await downloadRows(
      bed,
      await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['Next_Step'], criteria }),
    );

    assert.deepEqual(
      rows.map((row) => row['Id']),
      updated,
    );
  });

  it('reads past 200,000 records by page and by token', async () => {
    const big = await startTestBed({ deals: 200_100 });
    const query = { module: { api_name: 'Deals' }, fields: ['Stage'] };
    const first = await runBulkRead(big, query);

    const byToken = await runBulkRead(big, { page_token: first.result.next_page_token });
    const byPage = await runBulkRead(big, { ...query, page: 2 });

    const rows = [await downloadRows(big, byToken), await downloadRows(big, byPage)];
    await big.close();
    assert.equal(first.result.count, 200_000);
    assert.equal(first.result.more_records, true);
    assert.equal(byToken.result.count, 100);
    assert.deepEqual(rows[0], rows[1]);
  });

  it('names the field it cannot export', async () => {
    const { status, body } = await bed.call('/crm/bulk/v8/read', {
      method: 'POST',
      json: { query: { module: { api_name: 'Refused_Field_Module' }, fields: ['Field_1', 'Field_2'] } },
    });

    assert.equal(status, 400);
    assert.equal(body.code, 'FIELD_NOT_AVAILABLE');
    assert.deepEqual(body.details, { api_name: 'Field_2', module: 'Refused_Field_Module' });
  });

  it('gives a header only for a module without records', async () => {
    const job = await runBulkRead(bed, { module: { api_name: 'Empty_Module' } });

    assert.equal(job.result.count, 0);
    assert.deepEqual(await downloadRows(bed, job), []);
  });

  it('runs jobs one after another', async () => {
    const slow = await startTestBed({ bulkJobMs: 60_000 });
    const query = { module: { api_name: 'Deals' }, fields: ['Stage'] };
    const create = async (): Promise<string> =>
      (await slow.call('/crm/bulk/v8/read', { method: 'POST', json: { query } })).body.data?.[0]?.details.id ?? '';
    const stateOf = async (id: string): Promise<string | undefined> =>
      (await slow.call(`/crm/bulk/v8/read/${id}`)).body.data?.[0]?.state;
    const [first, second] = [await create(), await create()];

    const states = [await stateOf(first), await stateOf(second)];

    await slow.close();
    assert.deepEqual(states, ['IN PROGRESS', 'QUEUED']);
  });

  it('finishes a long job when its time has come on the clock', async () => {
    const slow = await startTestBed({ bulkJobMs: 60_000 });
    const job = runBulkRead(slow, { module: { api_name: 'Deals' }, fields: ['Stage'] });
    await new Promise((resolve) => setTimeout(resolve, 50));

    slow.simulator.control.moveClock({ advance: 61_000 });

    const { state } = await job;
    await slow.close();
    assert.equal(state, 'COMPLETED');
  });

  it('reports a failed job with its error', async () => {
    bed.simulator.control.failBulkReads(1);

    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['Stage'] });

    assert.equal(job.state, 'FAILURE');
    assert.match(JSON.stringify(job.result), /INTERNAL_SERVER_ERROR/);
  });

  it('reports a failed job that blames a field it reads, and runs jobs without that field', async () => {
    bed.simulator.control.failBulkReads(1, 'Stage');

    const other = await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['Deal_Name'] });
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, fields: ['Deal_Name', 'Stage'] });

    assert.deepEqual([other.state, job.state], ['COMPLETED', 'FAILURE']);
    assert.match(JSON.stringify(job.result), /FIELD_NOT_SUPPORTED.*Stage/);
  });

  it('calls back with the status document', async () => {
    const receiver = createServer();
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const received = once(receiver, 'request').then(([request, response]) => {
      (response as ServerResponse).end();
      return json(request as IncomingMessage) as Promise<{ data: { id: string; state: string }[] }>;
    });

    await bed.call('/crm/bulk/v8/read', {
      method: 'POST',
      json: { query: { module: { api_name: 'Deals' }, fields: ['Stage'] }, callback: { url, method: 'post' } },
    });

    const [job] = (await received).data;
    receiver.closeAllConnections();
    receiver.close();
    assert.equal(job?.state, 'COMPLETED');
  });

  it('allows ten downloads a minute', async () => {
    const job = await runBulkRead(bed, { module: { api_name: 'Empty_Module' } });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await bed.call(job.result.download_url)).status);
    bed.simulator.control.moveClock({ advance: 61_000 });

    const later = await bed.call(job.result.download_url);

    assert.deepEqual(statuses, [...Array<number>(10).fill(200), 429]);
    assert.equal(later.status, 200);
  });

  it('forgets a result after a day', async () => {
    const job = await runBulkRead(bed, { module: { api_name: 'Empty_Module' } });
    bed.simulator.control.moveClock({ advance: DAY });
    bed.simulator.control.moveClock({ advance: 0 });

    const { status } = await bed.call(job.result.download_url);

    assert.equal(status, 401, 'the access token is over as well');
  });
});
