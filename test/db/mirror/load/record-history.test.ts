import assert from 'node:assert/strict';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  historyOf,
  LATER,
  loadCsv,
  loadRecords,
  MARGIN,
  MODIFIED,
  NAME,
  nextChunk,
  someMirror,
  type HistoryRow,
  type MirrorUnderTest,
  type SomeField,
  type ZohoRecord,
} from '../support';

const MODIFIED_BY: SomeField = { apiName: 'Modified_By', dataType: 'ownerlookup' };
const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';

/** Changes by API name. */
function changesBy({ mirror }: MirrorUnderTest, row: HistoryRow | undefined): Record<string, unknown> {
  const names = new Map(mirror.fields.map(({ fieldId, apiName }) => [fieldId, apiName]));
  return Object.fromEntries(
    Object.entries(row?.changes ?? {}).map(([id, change]): [string, unknown] => [names.get(id) ?? id, change]),
  );
}

const deal = (id: string, name: string | null, modified = MONDAY): ZohoRecord => ({
  id,
  Deal_Name: name,
  Modified_Time: modified,
});

describe('the history of records', () => {
  const database = useDatabase();

  it('says what changed, from what to what, when and by whom', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT, MODIFIED, MODIFIED_BY]);
    const by = { Modified_By: { id: '554023000000000099', name: 'Anna Berg' } };
    await loadRecords(deals, [
      { ...deal('1', 'A'), Amount: 7, ...by },
      { ...deal('2', 'B'), Amount: 8, ...by },
    ]);

    await loadRecords(deals, [
      { ...deal('1', 'A2', TUESDAY), Amount: 7, ...by },
      { ...deal('2', 'B'), Amount: 8, ...by },
    ]);

    const [changed, ...others] = await historyOf(deals);
    assert.ok(changed);
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...changed, changes: null },
      {
        recordId: '1',
        event: 'changed',
        actor: 'Anna Berg',
        time: new Date(TUESDAY),
        changes: null,
        reason: 'sync',
      },
    );
    assert.deepEqual(changesBy(deals, changed), {
      Deal_Name: { from: 'A', to: 'A2' },
      Modified_Time: { from: MONDAY, to: TUESDAY },
    });
  });

  it('tells null from what is absent, and keeps every digit', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [{ ...deal('1', null), Amount: 1 }]);

    await loadRecords(
      deals,
      Buffer.from(`{"data":[{"id":"1","Deal_Name":"A","Amount":99999999999999.99,"Modified_Time":"${TUESDAY}"}]}`),
    );

    const answer = await database.knex.raw<{ rows: { text: string }[] }>(
      `select changes::text as text from sync.record_history where session_id = ?`,
      [deals.sessionId],
    );
    assert.match(answer.rows[0]?.text ?? '', /"from": null/);
    assert.match(answer.rows[0]?.text ?? '', /"to": 99999999999999\.99/);
  });

  it('shows a lookup as what it points to, and is silent about its name', async () => {
    const deals = await someMirror(database.knex, [NAME, ACCOUNT, MODIFIED]);
    const acme = { id: '554023000000000007', name: 'Acme' };
    await loadRecords(deals, [{ ...deal('1', 'A'), Account_Name: null }]);

    await loadRecords(deals, [{ ...deal('1', 'A', TUESDAY), Account_Name: acme }]);
    await loadRecords(deals, [{ ...deal('1', 'A', TUESDAY), Account_Name: { ...acme, name: 'Acme Inc' } }], {
      compareValues: true,
    });

    const history = await historyOf(deals);
    assert.equal(history.length, 1);
    assert.deepEqual(changesBy(deals, history[0])['Account_Name'], { from: null, to: acme });
  });

  it('has nothing of a first load, whichever way it goes', async () => {
    for (const firstLoad of [true, false]) {
      const deals = await someMirror(database.knex);

      await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')], { firstLoad });
      await loadCsv(deals, ['Id,Deal_Name', '3,C'], { firstLoad });

      assert.deepEqual(await historyOf(deals), []);
    }
  });

  it('has a row without values for what was created later, deleted and restored', async () => {
    const deals = await someMirror(database.knex);
    const read = (seconds: number) => ({ trackRecords: true, asOf: new Date(LATER.getTime() + seconds * 1_000) });
    await loadRecords(deals, [deal('1', 'A')], { asOf: LATER });

    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')], read(10));
    const deletedAt = read(20).asOf.toISOString();
    await moveToTombstones(database.knex, deals.mirror, deals.sessionId, 1, [
      { id: '2', deletedAt, reason: 'recycle' },
    ]);
    await loadRecords(deals, [deal('2', 'B')], read(30));

    assert.deepEqual(
      (await historyOf(deals)).map(({ recordId, event, changes, reason, time }) => [
        recordId,
        event,
        changes,
        reason,
        time,
      ]),
      [
        ['2', 'created', null, 'sync', new Date(MONDAY)],
        ['2', 'deleted', null, 'recycle', new Date(deletedAt)],
        ['2', 'restored', null, 'sync', new Date(MONDAY)],
      ],
    );
  });

  it('does not name the last modifier for what changed without being modified', async () => {
    const deals = await someMirror(database.knex, [NAME, MARGIN, MODIFIED, MODIFIED_BY]);
    const record = { ...deal('1', 'A'), Modified_By: { id: '554023000000000099', name: 'Anna Berg' } };
    await loadRecords(deals, [{ ...record, Margin: 1 }]);

    await loadRecords(deals, [{ ...record, Margin: 2 }]);

    const history = await historyOf(deals);
    assert.deepEqual(
      history.map(({ actor, reason }) => [actor, reason]),
      [[null, 'silent']],
    );
    assert.deepEqual(changesBy(deals, history[0]), { Margin: { from: 1, to: 2 } });
  });

  it('says what led to a change: of a record that was notified, the notification', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A')]);
    await database.knex.raw(`update sync.crm_sync_sessions set session_type = 'webhook_update' where id = ?`, [
      deals.sessionId,
    ]);

    await loadRecords(deals, [deal('1', 'A2', TUESDAY)]);

    assert.deepEqual(
      (await historyOf(deals)).map(({ reason }) => reason),
      ['notified'],
    );
  });

  it('names only the fields of rows beyond 200,000 of a session, and the log says so once', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B'), deal('3', 'C')]);
    await database.knex.raw(
      `insert into sync.session_chunks (session_id, chunk_number, kind, status, rows_updated)
       values (?, ?, 'list', 'loaded', 199999)`,
      [deals.sessionId, nextChunk()],
    );

    await loadRecords(deals, [deal('1', 'A2', TUESDAY), deal('2', 'B2', TUESDAY)]);
    await loadRecords(deals, [deal('3', 'C2', TUESDAY)]);

    const values = (await historyOf(deals)).map((row) => changesBy(deals, row)['Deal_Name']);
    assert.equal(values.length, 3);
    assert.equal(values.filter((change) => Object.keys(change as object).length === 2).length, 1);
    assert.equal(values.filter((change) => Object.keys(change as object).length === 0).length, 2);
    const { rows } = await database.knex.raw<{ rows: object[] }>(
      `select log_level from sync.sync_status_logs where session_id = ? and component = 'history'`,
      [deals.sessionId],
    );
    assert.deepEqual(rows, [{ log_level: 'WARNING' }]);
  });
});
