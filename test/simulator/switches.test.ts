import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SWITCHES } from '../../simulator';
import { parseSwitch, type SwitchValues } from '../../simulator/switches';
import { type Answer, downloadRows, refresh, runBulkRead, startTestBed, type TestBed, unzipSingle } from './support';

const DAY = 86_400_000;
const NEVER_GIVEN_OUT = '5500000103999999999';
const FIRST_DEAL = '5500000103100001001';
const SECOND_DEAL = '5500000103100001004';

describe('simulator: switches', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 500, tokenThrottle: false });
  });

  afterEach(() => bed.close());

  function flip(changes: Partial<SwitchValues>): void {
    bed.simulator.control.setSwitches(changes);
  }

  /** What a call answers before and after switches are flipped. */
  async function both(changes: Partial<SwitchValues>, call: () => Promise<Answer>): Promise<[Answer, Answer]> {
    const before = await call();
    flip(changes);
    return [before, await call()];
  }

  function search(criteria: string): Promise<Answer> {
    return bed.call(`/crm/v8/Deals/search?fields=Deal_Name&criteria=${encodeURIComponent(criteria)}`);
  }

  function coql(query: string): Promise<Answer> {
    return bed.call('/crm/v8/coql', { method: 'POST', json: { select_query: query } });
  }

  function bulkRead(query: Record<string, unknown>): Promise<Answer> {
    const json = { query: { module: { api_name: 'Deals' }, ...query } };
    return bed.call('/crm/bulk/v8/read', { method: 'POST', json });
  }

  function write(records: readonly unknown[], headers: Record<string, string> = {}): Promise<Answer> {
    return bed.call('/crm/v8/Deals', { method: 'PUT', json: { data: records }, headers });
  }

  async function csvOf(query: Record<string, unknown>): Promise<string> {
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, ...query });
    const headers = { Authorization: `Zoho-oauthtoken ${bed.token}` };
    const response = await fetch(bed.simulator.url + job.result.download_url, { headers });
    return unzipSingle(Buffer.from(await response.arrayBuffer()));
  }

  const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);
  const codes = (answers: readonly Answer[]): unknown[] => answers.map(({ body }) => body.code);

  it('are changed over HTTP and go back with a reset', async () => {
    const changed = await bed.call('/__simulator/switches', { method: 'POST', json: { unknownFields: 'refuse' } });
    await bed.call('/__simulator/reset', { method: 'POST' });
    const after = await bed.call('/__simulator/switches');

    assert.equal(changed.body['unknownFields'], 'refuse');
    assert.equal(after.body['unknownFields'], SWITCHES.unknownFields.standard);
  });

  it('refuse names and values that do not exist, and then change nothing', async () => {
    const name = await bed.call('/__simulator/switches', { method: 'POST', json: { searchCredits: 3, nope: 1 } });
    const value = await bed.call('/__simulator/switches', { method: 'POST', json: { searchCredits: 2 } });

    assert.deepEqual([name.status, value.status], [400, 400]);
    assert.equal(bed.simulator.control.switches().searchCredits, 1);
  });

  it('are read from the command line by the type of their value', () => {
    const parsed = ['bearerScheme=false', 'searchIndexLagMs=500', 'bulkReadSeparator=,'].map(parseSwitch);

    assert.deepEqual(parsed, [{ bearerScheme: false }, { searchIndexLagMs: 500 }, { bulkReadSeparator: ',' }]);
    assert.throws(() => parseSwitch('searchIndexLagMs=soon'), /whole number/);
  });

  it('bearerScheme', async () => {
    const headers = { Authorization: `Bearer ${bed.token}` };

    const answers = await both({ bearerScheme: false }, () => bed.call('/crm/v8/org', { headers }));

    assert.deepEqual(statuses(answers), [200, 401]);
  });

  it('activeAccessTokens', async () => {
    flip({ activeAccessTokens: 10 });

    for (let i = 0; i < 10; i++) await refresh(bed.simulator.url);

    assert.equal((await bed.call('/crm/v8/org')).status, 401);
  });

  it('throttleCode', async () => {
    bed.simulator.control.addFault({ kind: 'throttle' });

    const answers = await both({ throttleCode: 'RATE_LIMIT_EXCEEDED' }, () => bed.call('/crm/v8/org'));

    assert.deepEqual(codes(answers), ['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED']);
  });

  it('retryAfterSeconds', async () => {
    bed.simulator.control.addFault({ kind: 'throttle' });

    const answers = await both({ retryAfterSeconds: 30 }, () => bed.call('/crm/v8/org'));

    assert.deepEqual(
      answers.map(({ headers }) => headers.get('retry-after')),
      [null, '30'],
    );
  });

  it('searchCredits', async () => {
    await both({ searchCredits: 3 }, () => search('(Stage:equals:Closed Won)'));

    assert.equal(bed.simulator.control.calls().operations['searchRecords']?.credits, 4);
  });

  it('jobPollingCredits', async () => {
    await both({ jobPollingCredits: 1 }, () => bed.call('/crm/bulk/v8/read/1'));

    assert.equal(bed.simulator.control.calls().operations['getBulkRead']?.credits, 1);
  });

  it('modifiedSinceInclusive', async () => {
    const newest = await bed.call('/crm/v8/Deals?fields=Modified_Time&sort_by=Modified_Time&per_page=1');
    const since = String(newest.body.data?.[0]?.['Modified_Time']);
    const headers = { 'If-Modified-Since': since };

    const answers = await both({ modifiedSinceInclusive: true }, () =>
      bed.call('/crm/v8/Deals?fields=Deal_Name', { headers }),
    );

    assert.deepEqual(statuses(answers), [304, 200]);
  });

  it('pageTokens: a snapshot shows every record of the first page once, however they move', async () => {
    const path = '/crm/v8/Deals?fields=Stage&sort_by=Modified_Time&sort_order=asc';
    const walk = async (): Promise<string[]> => {
      const first = await bed.call(path);
      const moved = (first.body.data ?? []).slice(0, 20).map(({ id }) => ({ id, Stage: 'Closed Lost' }));
      bed.simulator.control.changeRecords('Deals', { update: moved });
      const ids = (first.body.data ?? []).map(({ id }) => id);
      let token = first.body.info?.['next_page_token'];
      while (typeof token === 'string') {
        const page = await bed.call(`${path}&page_token=${token}`);
        ids.push(...(page.body.data ?? []).map(({ id }) => id));
        token = page.body.info?.['next_page_token'];
      }
      return ids;
    };

    const live = await walk();
    flip({ pageTokens: 'snapshot' });
    const snapshot = await walk();

    assert.equal(live.length, 520);
    assert.equal(snapshot.length, 500);
    assert.equal(new Set(snapshot).size, 500);
  });

  it('unknownFields', async () => {
    const answers = await both({ unknownFields: 'refuse' }, () => bed.call('/crm/v8/Deals?fields=Deal_Name,Nope'));

    assert.deepEqual(codes(answers), [undefined, 'INVALID_DATA']);
  });

  it('missingRecord', async () => {
    const get = (): Promise<Answer> => bed.call(`/crm/v8/Deals/${NEVER_GIVEN_OUT}`);

    const [usual, refused] = await both({ missingRecord: 400 }, get);
    flip({ missingRecord: 404 });
    const notFound = await get();

    assert.deepEqual(statuses([usual, refused, notFound]), [204, 400, 404]);
    assert.deepEqual(refused.body.details, { id: NEVER_GIVEN_OUT });
  });

  it('deletedPageRows', async () => {
    bed.simulator.control.changeRecords('Deals', { delete: { count: 5 } });

    const answers = await both({ deletedPageRows: 3 }, () => bed.call('/crm/v8/Deals/deleted?per_page=2&page=2'));

    assert.deepEqual(statuses(answers), [200, 400]);
  });

  it('permanentDeletionsListedDays', async () => {
    flip({ permanentDeletionsListedDays: 7 });
    bed.simulator.control.changeRecords('Deals', { delete: { count: 1 }, deletionType: 'permanent' });
    const read = async (): Promise<number> =>
      (await bed.call('/crm/v8/Deals/deleted', { headers: { Authorization: `Bearer ${await token()}` } })).status;
    const token = async (): Promise<string> =>
      ((await (await refresh(bed.simulator.url)).json()) as { access_token: string }).access_token;

    const soon = await read();
    bed.simulator.control.moveClock({ advance: 8 * DAY });

    assert.deepEqual([soon, await read()], [200, 204]);
  });

  it('coqlRowsPerCall', async () => {
    const answers = await both({ coqlRowsPerCall: 200 }, () => coql('select Stage from Deals where id > 0 limit 201'));

    assert.deepEqual(codes(answers), [undefined, 'LIMIT_EXCEEDED']);
  });

  it('coqlSelectColumns', async () => {
    const columns = Array.from({ length: 51 }, (_, i) => `Field_${i + 1}`).join();

    const answers = await both({ coqlSelectColumns: 50 }, () =>
      coql(`select ${columns} from Wide_Module where id is not null`),
    );

    assert.deepEqual(codes(answers), [undefined, 'LIMIT_EXCEEDED']);
  });

  it('searchMaxCriteria', async () => {
    const criteria = `(${Array.from({ length: 11 }, () => '(Stage:equals:Closed Won)').join('or')})`;

    const answers = await both({ searchMaxCriteria: 10 }, () => search(criteria));

    assert.deepEqual(codes(answers), [undefined, 'CRITERIA_LIMIT_EXCEEDED']);
  });

  it('searchEquals', async () => {
    await write([{ id: FIRST_DEAL, Deal_Name: 'Zanzibar ferry' }]);

    const answers = await both({ searchEquals: 'contains' }, () => search('(Deal_Name:equals:Zanzibar)'));

    assert.deepEqual(statuses(answers), [204, 200]);
  });

  it('searchIndexLagMs: finds a new record later, and a changed one by what it was', async () => {
    await write([{ id: FIRST_DEAL, Deal_Name: 'Old name' }]);
    flip({ searchIndexLagMs: 60_000 });
    await write([{ id: FIRST_DEAL, Deal_Name: 'New name' }]);
    bed.simulator.control.changeRecords('Deals', { insert: [{ Deal_Name: 'Just born', Stage: 'Qualification' }] });
    const look = async (): Promise<number[]> =>
      statuses([
        await search('(Deal_Name:equals:Old name)'),
        await search('(Deal_Name:equals:New name)'),
        await search('(Deal_Name:equals:Just born)'),
      ]);

    const early = await look();
    bed.simulator.control.moveClock({ advance: 60_000 });

    assert.deepEqual(early, [200, 204, 204]);
    assert.deepEqual(await look(), [204, 200, 200]);
  });

  it('mixedWriteStatus', async () => {
    const mixed = (): Promise<Answer> => write([{ id: FIRST_DEAL, Stage: 'Closed Won' }, { id: NEVER_GIVEN_OUT }]);

    const [usual, ok] = await both({ mixedWriteStatus: 200 }, mixed);
    flip({ mixedWriteStatus: 202 });

    assert.deepEqual(statuses([usual, ok, await mixed()]), [207, 200, 202]);
  });

  it('unmodifiedSinceScope', async () => {
    const { data = [] } = (await write([{ id: FIRST_DEAL, Amount: 1 }])).body;
    const changed = Date.parse(String(data[0]?.details['Modified_Time']));
    const headers = { 'If-Unmodified-Since': new Date(changed - 60_000).toISOString().replace('.000Z', '+00:00') };
    const records = [
      { id: FIRST_DEAL, Amount: 2 },
      { id: SECOND_DEAL, Amount: 2 },
    ];

    const [call, record] = await both({ unmodifiedSinceScope: 'record' }, () => write(records, headers));

    assert.deepEqual(statuses([call, record]), [412, 207]);
    assert.deepEqual(
      record.body.data?.map(({ code }) => code),
      ['ALREADY_MODIFIED', 'SUCCESS'],
    );
  });

  it('upsertSeveralMatches', async () => {
    const stage = { Stage: 'Qualification' };
    const { inserted } = bed.simulator.control.changeRecords('Deals', {
      insert: [
        { Deal_Name: 'Twin', ...stage },
        { Deal_Name: 'Twin', ...stage },
      ],
    });
    const upsert = async (): Promise<unknown> => {
      const json = { data: [{ Deal_Name: 'Twin', ...stage }], duplicate_check_fields: ['Deal_Name'] };
      const [item] = (await bed.call('/crm/v8/Deals/upsert', { method: 'POST', json })).body.data ?? [];
      return item?.code === 'SUCCESS' ? item.details.id : item?.code;
    };

    const oldest = await upsert();
    flip({ upsertSeveralMatches: 'newest' });
    const newest = await upsert();
    flip({ upsertSeveralMatches: 'refuse' });

    assert.deepEqual([oldest, newest, await upsert()], [inserted[0], inserted[1], 'DUPLICATE_DATA']);
  });

  it('upsertLagMs', async () => {
    const upsert = async (): Promise<unknown> => {
      const json = { data: [{ Deal_Name: 'Race', Stage: 'Qualification' }], duplicate_check_fields: ['Deal_Name'] };
      return (await bed.call('/crm/v8/Deals/upsert', { method: 'POST', json })).body.data?.[0]?.['action'];
    };
    flip({ upsertLagMs: 60_000 });

    const racing = [await upsert(), await upsert()];
    bed.simulator.control.moveClock({ advance: 61_000 });

    assert.deepEqual([...racing, await upsert()], ['insert', 'insert', 'update']);
  });

  it('readOnlyFields', async () => {
    const answers = await both({ readOnlyFields: 'refuse' }, () =>
      write([{ id: FIRST_DEAL, Created_Time: '2020-01-01T00:00:00+00:00' }]),
    );

    assert.deepEqual(statuses(answers), [200, 400]);
  });

  it('trimTexts', async () => {
    const nameAfter = async (): Promise<unknown> => {
      await write([{ id: FIRST_DEAL, Deal_Name: ' roomy ' }]);
      return (await bed.call(`/crm/v8/Deals/${FIRST_DEAL}`)).body.data?.[0]?.['Deal_Name'];
    };

    const kept = await nameAfter();
    flip({ trimTexts: true });

    assert.deepEqual([kept, await nameAfter()], [' roomy ', 'roomy']);
  });

  const rename = { module: 'Deals', field: 'Stage', actual_value: 'Closed Won', display_value: 'Gewonnen' };

  it('picklistValue', async () => {
    await write([{ id: FIRST_DEAL, Stage: 'Closed Won' }]);
    await bed.call('/__simulator/picklists', { method: 'POST', json: rename });
    const stages = async (): Promise<Set<unknown>> =>
      new Set((await bed.call('/crm/v8/Deals?fields=Stage&sort_order=asc')).body.data?.map(({ Stage }) => Stage));

    const actual = await stages();
    flip({ picklistValue: 'display' });
    const displayed = await stages();
    const metadata = await bed.call('/crm/v8/settings/fields?module=Deals');

    assert.deepEqual([actual.has('Closed Won'), actual.has('Gewonnen')], [true, false]);
    assert.deepEqual([displayed.has('Closed Won'), displayed.has('Gewonnen')], [false, true]);
    assert.match(metadata.text, /"display_value":"Gewonnen"[^}]*"actual_value":"Closed Won"/);
  });

  it('modifiedByPicklistRename', async () => {
    const modified = async (): Promise<unknown> =>
      (await bed.call(`/crm/v8/Deals/${FIRST_DEAL}`)).body.data?.[0]?.['Modified_Time'];
    await write([{ id: FIRST_DEAL, Stage: 'Closed Won' }]);
    const before = await modified();
    bed.simulator.control.moveClock({ advance: 10_000 });

    bed.simulator.control.renameChoice(rename);
    const kept = await modified();
    flip({ modifiedByPicklistRename: true });
    bed.simulator.control.renameChoice({ ...rename, display_value: 'Gewonnen!' });

    assert.equal(kept, before);
    assert.notEqual(await modified(), before);
  });

  it('bulkReadMaxPage', async () => {
    const answers = await both({ bulkReadMaxPage: 50 }, () => bulkRead({ page: 51 }));

    assert.deepEqual(codes(answers), [undefined, 'PAGE_RANGE_EXCEEDED']);
  });

  it('bulkReadValuesPerIn', async () => {
    const value = Array.from({ length: 21 }, (_, i) => String(i));
    const criteria = { field: { api_name: 'Stage' }, comparator: 'in', value };

    const answers = await both({ bulkReadValuesPerIn: 20 }, () => bulkRead({ criteria }));

    assert.deepEqual(codes(answers), [undefined, 'VALUE_LIMIT_EXCEEDED_IN_CRITERIA']);
  });

  it('bulkReadQueueLength', async () => {
    const slow = await startTestBed({ deals: 10, bulkJobMs: 60_000, switches: { bulkReadQueueLength: 1 } });
    const create = async (): Promise<number> => {
      const json = { query: { module: { api_name: 'Deals' } } };
      return (await slow.call('/crm/bulk/v8/read', { method: 'POST', json })).status;
    };

    const answered = [await create(), await create(), await create()];
    await slow.close();

    assert.deepEqual(answered, [201, 201, 429]);
  });

  it('bulkReadSeparator', async () => {
    const field = 'Field_10';
    const cells = async (): Promise<Set<string | undefined>> => {
      const job = await runBulkRead(bed, { module: { api_name: 'Wide_Module' }, fields: [field] });
      return new Set((await downloadRows(bed, job)).map((row) => row[field]));
    };

    const usual = await cells();
    flip({ bulkReadSeparator: '|' });
    const other = await cells();

    assert.ok(usual.has('Red;Blue, light'));
    assert.ok(other.has('Red|Blue, light'));
  });

  it('bulkReadDatetimeOffset: the same instants in UTC, of written records too', async () => {
    bed.simulator.control.changeRecords('Deals', { update: { count: 3, values: { Stage: 'Closed Won' } } });
    const times = async (): Promise<string[]> =>
      (await csvOf({ fields: ['Modified_Time'] }))
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1] ?? '');

    const local = await times();
    flip({ bulkReadDatetimeOffset: 'utc' });
    const universal = await times();

    assert.ok(local.every((text) => /-0[45]:00$/.test(text)));
    assert.ok(universal.every((text) => text.endsWith('+00:00')));
    assert.deepEqual(universal.map(Date.parse), local.map(Date.parse));
  });

  it('bulkReadBom', async () => {
    flip({ bulkReadBom: true });

    assert.ok((await csvOf({ fields: ['Stage'] })).startsWith('\uFEFFId,Stage\n'));
  });

  it('bulkReadColumnOrder', async () => {
    const header = async (): Promise<string | undefined> =>
      (await csvOf({ fields: ['Stage', 'Modified_Time', 'Deal_Name'] })).split('\n')[0];

    const requested = await header();
    flip({ bulkReadColumnOrder: 'metadata' });

    assert.equal(requested, 'Id,Stage,Modified_Time,Deal_Name');
    assert.equal(await header(), 'Id,Deal_Name,Stage,Modified_Time');
  });

  it('bulkReadEmptyFile', async () => {
    const empty = { module: { api_name: 'Empty_Module' }, fields: ['Name'] };

    const header = await csvOf(empty);
    flip({ bulkReadEmptyFile: 'empty' });

    assert.deepEqual([header, await csvOf(empty)], ['Id,Name\n', '']);
  });

  it('expiredPageTokenCode', async () => {
    const big = await startTestBed({ deals: 200_001, switches: { expiredPageTokenCode: 'EXPIRED_PAGE_TOKEN' } });
    const job = await runBulkRead(big, { module: { api_name: 'Deals' }, fields: ['Stage'] });
    big.simulator.control.moveClock({ advance: DAY + 1_000 });
    const { access_token: token } = (await (await refresh(big.simulator.url)).json()) as { access_token: string };

    const { body } = await big.call('/crm/bulk/v8/read', {
      method: 'POST',
      json: { query: { page_token: job.result.next_page_token } },
      headers: { Authorization: `Zoho-oauthtoken ${token}` },
    });
    await big.close();

    assert.equal(body.code, 'EXPIRED_PAGE_TOKEN');
  });

  it('callbackCopies: delivers a callback twice', async () => {
    flip({ callbackCopies: 2, callbackDelayMs: 1 });
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end());
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;

    const query = { module: { api_name: 'Empty_Module' } };
    await bed.call('/crm/bulk/v8/read', { method: 'POST', json: { query, callback: { url, method: 'post' } } });
    while (bodies.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    receiver.closeAllConnections();
    receiver.close();

    assert.equal(bodies[0], bodies[1]);
    assert.match(bodies[0] ?? '', /"state":"COMPLETED"/);
  });
});
