import assert from 'node:assert/strict';
import type { HistoryEntry } from '../../../src/api/mirror/schemas';
import { getConnection } from '../../../src/db/connections/connections';
import { saveFields } from '../../../src/db/mirror/module-fields';
import { moveToTombstones } from '../../../src/db/mirror/sweep';
import { pulse } from '../../cli/support';
import {
  ACCOUNT,
  AMOUNT,
  LATER,
  loadRecords,
  MODIFIED,
  NAME,
  someMirror,
  type MirrorUnderTest,
  type ZohoRecord,
} from '../../db/mirror/support';
import { NO_TEMPORAL, useApi } from '../support/api';

const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';
const WEDNESDAY = '2026-11-18T09:00:00+00:00';

describe('the history of a record, by the API and at the command line', () => {
  const api = useApi(() => NO_TEMPORAL);
  let deals: MirrorUnderTest;
  let org: string;

  const load = (second: number, record: ZohoRecord | Buffer) =>
    loadRecords(deals, Buffer.isBuffer(record) ? record : [record], {
      asOf: new Date(LATER.getTime() + second * 1_000),
      trackRecords: second > 0,
    });
  const path = (id: string, query = '') => `/api/v1/mirror/deals/records/${id}/history?connection=${org}${query}`;
  const entriesOf = async (id: string, query = ''): Promise<HistoryEntry[]> => {
    const { body } = await api.call('GET', path(id, query), { as: 'viewer' });
    return (body as { entries: HistoryEntry[] }).entries;
  };

  beforeEach(async () => {
    deals = await someMirror(api.knex, [NAME, AMOUNT, MODIFIED, ACCOUNT]);
    ({ name: org } = await getConnection(api.knex, deals.mirror.connectionId));
    await saveFields(api.knex, deals.mirror.connectionId, deals.mirror.key, deals.mirror.fields);
    await load(0, { id: '1', Deal_Name: 'A', Amount: 7, Account_Name: null, Modified_Time: MONDAY });
    const acme = { id: '554023000000000007', name: 'Acme' };
    await load(10, { id: '1', Deal_Name: 'A2', Amount: 7, Account_Name: acme, Modified_Time: TUESDAY });
    await load(
      20,
      Buffer.from(
        `{"data":[{"id":"1","Deal_Name":"A2","Amount":99999999999999.99,"Account_Name":${JSON.stringify(acme)},
          "Modified_Time":"${WEDNESDAY}"}]}`,
      ),
    );
  });

  it('says what changed, the latest first, and at last which sync loaded the record', async () => {
    const entries = await entriesOf('1');

    assert.deepEqual(
      entries.map(({ event, zohoTime, session, changes }) => [
        event,
        zohoTime,
        session,
        changes.map(({ field }) => field),
      ]),
      [
        ['changed', WEDNESDAY, { id: deals.sessionId, type: 'full_sync' }, ['Amount', 'Modified_Time']],
        [
          'changed',
          TUESDAY,
          { id: deals.sessionId, type: 'full_sync' },
          ['Deal_Name', 'Modified_Time', 'Account_Name'],
        ],
        ['loaded', null, { id: deals.sessionId, type: 'full_sync' }, []],
      ],
    );
    const [, { changes = [] } = {}] = entries;
    assert.deepEqual(
      changes.map(({ from, to }) => [from, to]),
      [
        ['A', 'A2'],
        [MONDAY, TUESDAY],
        [null, { id: '554023000000000007', name: 'Acme' }],
      ],
    );
  });

  it('answers every digit of a number', async () => {
    const { out } = await pulse(api, ['--json', 'history', 'Deals', '1', '--field', 'amount', '--connection', org]);

    assert.match(out, /"to": 99999999999999\.99/);
    assert.doesNotMatch(out, /Deal_Name/);
  });

  it('is that of one field, by any spelling of its name', async () => {
    const entries = await entriesOf('1', '&field=deal_name');

    assert.deepEqual(
      entries.map(({ event, changes }) => [event, changes.map(({ field }) => field)]),
      [
        ['changed', ['Deal_Name']],
        ['loaded', []],
      ],
    );
    const { body } = await api.call('GET', path('1', '&field=Deal_Nme'), { as: 'viewer' });
    assert.equal((body as { code: string }).code, 'invalid_parameter');
    assert.match((body as { detail: string }).detail, /no field Deal_Nme; the nearest are Deal_Name/);
  });

  it('is found by a name that the field had before it was renamed', async () => {
    const { connectionId, key, fields } = deals.mirror;
    const renamed = fields.map((field) => (field.apiName === 'Deal_Name' ? { ...field, apiName: 'Title' } : field));
    await saveFields(api.knex, connectionId, key, renamed);

    const [changed] = await entriesOf('1', '&field=deal_name');

    assert.deepEqual(
      changed?.changes.map(({ field }) => field),
      ['Title'],
    );
  });

  it('comes page by page, each entry once', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page += 1) {
      const { body } = await api.call('GET', path('1', `&limit=1${cursor}`), { as: 'viewer' });
      const { entries, nextCursor, hasMore } = body as {
        entries: HistoryEntry[];
        nextCursor: string;
        hasMore: boolean;
      };
      seen.push(...entries.map(({ event, zohoTime }) => `${event} ${zohoTime ?? ''}`.trim()), String(hasMore));
      cursor = `&cursor=${nextCursor}`;
    }

    assert.deepEqual(seen, [`changed ${WEDNESDAY}`, 'true', `changed ${TUESDAY}`, 'true', 'loaded', 'false', 'false']);
  });

  it('begins with its creation where a record came later, and ends with its delete', async () => {
    await load(30, { id: '2', Deal_Name: 'B', Amount: 1, Account_Name: null, Modified_Time: TUESDAY });
    const deletedAt = new Date(LATER.getTime() + 40_000).toISOString();
    await moveToTombstones(api.knex, deals.mirror, deals.sessionId, 1, [{ id: '2', deletedAt, reason: 'recycle' }]);

    const entries = await entriesOf('2', '&field=Amount');

    assert.deepEqual(
      entries.map(({ event, reason, valuesKept }) => [event, reason, valuesKept]),
      [
        ['deleted', 'recycle', true],
        ['created', 'sync', false],
      ],
    );
  });

  it('is refused of what was never in the mirror', async () => {
    const answers = [
      await api.call('GET', path('99'), { as: 'viewer' }),
      await api.call('GET', path('1').replace('/deals/', '/Leads/'), { as: 'viewer' }),
    ];

    assert.deepEqual(
      answers.map(({ body }) => (body as { code: string }).code),
      ['record_not_found', 'record_not_found'],
    );
  });

  it('is shown by pulse, a line for each field', async () => {
    const { code, out, err } = await pulse(api, ['history', 'Deals', '1', '--connection', org]);
    const one = await pulse(api, ['history', 'Deals', '1', '--field', 'Amount', '--connection', org]);

    assert.equal(code, 0, err);
    const lines = out.trimEnd().split('\n');
    assert.match(lines[2] ?? '', /2026-11-18 09:00:00 +Amount +7 +99999999999999\.99 /);
    assert.match(lines[3] ?? '', /2026-11-17 09:00:00 +Deal_Name +A +A2 /);
    assert.match(lines[4] ?? '', / Account_Name +Acme /);
    assert.match(lines[5] ?? '', new RegExp(`^\\d{4}-\\d\\d-\\d\\d .* loaded by full sync .* ${deals.sessionId}$`));
    assert.doesNotMatch(one.out, /Deal_Name/);
    assert.match(one.out, / Amount /);
  });
});
