import assert from 'node:assert/strict';
import {
  decideApproval,
  endApproval,
  expireApprovals,
  listApprovals,
  takeApprovalsWithoutWorkflow,
  type ApprovalRow,
} from '../../../src/db/approvals/approvals';
import { weighRemovals, weighUnseenRows, type Removal, type Weighed } from '../../../src/db/approvals/guard-removals';
import { countHeldRemovals, listHeld } from '../../../src/db/approvals/held-removals';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { BEFORE_ALL_IDS, findUnseenRows, moveToTombstones, type DeletedRow } from '../../../src/db/mirror/sweep';
import type { ApprovalState } from '../../../src/domain/approvals/approval';
import { ALL_CHUNKS } from '../../../src/domain/runs/chunk-numbers';
import { loadRecords, rowsOf, someMirror, type MirrorUnderTest } from '../mirror/support';
import { useDatabase } from '../support';

const ROWS = 200;
const READ_AT = new Date('2026-11-20T08:00:00Z');
const DELETED_AT = '2026-11-20T10:00:00Z';
const LATER = new Date('2026-11-20T11:00:00Z');

const ids = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
const deal = (id: string) => ({ id, Deal_Name: `Deal ${id}`, Modified_Time: '2026-11-16T09:00:00+00:00' });
const gone = (of: readonly string[]): DeletedRow[] =>
  of.map((id) => ({ id, deletedAt: DELETED_AT, reason: 'recycle' }));

describe('the mass-delete guard', () => {
  const database = useDatabase();
  let deals: MirrorUnderTest;
  beforeEach(async () => {
    deals = await someMirror(database.knex);
    await loadRecords(deals, ids(1, ROWS).map(deal), { asOf: READ_AT });
  });

  const reading = () => ({ sessionId: deals.sessionId, chunks: ALL_CHUNKS });
  const weigh = (of: readonly string[], more: Partial<Removal> = {}): Promise<Weighed> =>
    weighRemovals(deals.knex, deals.mirror, gone(of), { sessionId: deals.sessionId, source: 'delete_feed', ...more });
  const weighUnseen = (more: Partial<Removal> = {}): Promise<Weighed> =>
    weighUnseenRows(deals.knex, deals.mirror, reading(), new Date(DELETED_AT), {
      sessionId: deals.sessionId,
      source: 'sweep',
      ...more,
    });
  const see = (of: readonly string[]) =>
    loadRecords(deals, of.map(deal), { asOf: LATER, keepSeenIds: true, compareValues: true });
  const approvals = (...states: ApprovalState[]): Promise<ApprovalRow[]> =>
    listApprovals(
      deals.knex,
      { connectionId: deals.mirror.connectionId, ...(states.length > 0 && { states }) },
      { limit: 50 },
    );
  const waiting = async (): Promise<ApprovalRow> => (await approvals('waiting'))[0] ?? assert.fail('Nothing waits.');
  const decide = async (decision: 'approve' | 'reject', { id, shownHash }: ApprovalRow) =>
    decideApproval(deals.knex, id, { decision, shownHash, by: 'a person', reason: null });
  const held = () => countHeldRemovals(deals.knex, deals.mirror);
  const alerts = async () => (await listOpenAlerts(deals.knex, deals.mirror.connectionId, 10)).map(({ kind }) => kind);
  const count = async () => (await rowsOf(deals)).length;

  it('lets few rows go unasked', async () => {
    assert.deepEqual(await weigh(ids(1, 49)), { candidates: 49, awaitingApproval: 0, mirrorRows: null });
    assert.deepEqual(await approvals(), []);
  });

  it('shows a person what would leave, and holds it', async () => {
    const weighed = await weigh(ids(1, 60));
    const { shown, kind, sessionId } = await waiting();

    assert.deepEqual(weighed, { candidates: 60, awaitingApproval: 60, mirrorRows: ROWS });
    assert.deepEqual(shown, {
      ...{ count: 60, rows: ROWS, percent: 30, source: 'delete_feed', credits: 1 },
      sample: ids(1, 10),
    });
    assert.deepEqual(
      [kind, sessionId, await held(), await alerts()],
      ['mass_delete', deals.sessionId, 60, ['sync.sweep_waiting']],
    );
  });

  it('leaves the approval as it is when the same rows are found again', async () => {
    await weigh(ids(1, 60));
    const before = await waiting();

    await weigh(ids(1, 60));

    assert.deepEqual(await waiting(), before);
  });

  it('does not count rows that the mirror lacks, nor those that were read after their delete', async () => {
    const restored = ids(1, 30).map((id) => ({ ...deal(id), Modified_Time: '2026-11-20T10:30:00Z' }));
    await loadRecords(deals, restored, { asOf: LATER });

    const weighed = await weigh([...ids(1, 60), ...ids(1_000, 1_100)]);

    assert.deepEqual([weighed.candidates, weighed.awaitingApproval], [30, 0]);
  });

  it('keeps held rows in the mirror whoever wants to bury them', async () => {
    await weigh(ids(1, 60));

    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, gone(ids(1, 70)));

    assert.equal(await count(), ROWS - 10);
    assert.equal(await held(), 60);
  });

  it('adds what a list shows to what waits, under another hash', async () => {
    await weigh(ids(1, 60));
    const before = await waiting();

    await weigh(ids(41, 120));
    const after = await waiting();

    assert.deepEqual([after.id, after.shown.count, after.version], [before.id, 120, before.version + 1]);
    assert.notEqual(after.shownHash, before.shownHash);
  });

  it('lets a few more go while many wait', async () => {
    await weigh(ids(1, 60));

    assert.deepEqual(await weigh(ids(101, 150).concat(ids(1, 20))), {
      candidates: 50,
      awaitingApproval: 50,
      mirrorRows: ROWS,
    });
    assert.deepEqual(await weigh(ids(151, 155)), { candidates: 5, awaitingApproval: 0, mirrorRows: null });
  });

  it('shows a reading of the whole module as it is: what came back is not in it any more', async () => {
    await weigh(ids(1, 60));
    const before = await waiting();
    await see([...ids(1, 20), ...ids(101, ROWS)]);

    const weighed = await weighUnseen();
    const after = await waiting();

    assert.deepEqual([weighed.awaitingApproval, after.id, after.shown.count], [80, before.id, 80]);
    assert.deepEqual(
      (await listHeld(deals.knex, after.id, BEFORE_ALL_IDS, 1_000)).map(({ id }) => id),
      ids(21, 100),
    );
    assert.equal(await decide('approve', before), false);
  });

  it('withdraws what is few by now', async () => {
    await weigh(ids(1, 60));
    await see(ids(11, ROWS));

    const weighed = await weighUnseen();

    assert.deepEqual([weighed.candidates, weighed.awaitingApproval], [10, 0]);
    assert.deepEqual(
      (await approvals()).map(({ state }) => state),
      ['withdrawn'],
    );
    assert.deepEqual([await held(), await alerts()], [0, []]);
  });

  it('withdraws an approval when the last of its records was read again', async () => {
    await weigh(ids(1, 60));

    await see(ids(1, 59));
    const one = await held();
    await see(['60']);

    assert.deepEqual([one, await held()], [1, 0]);
    assert.deepEqual([(await approvals()).map(({ state }) => state), await alerts()], [['withdrawn'], []]);
  });

  it('keeps holding what was read before it was found missing', async () => {
    await weigh(ids(1, 60));

    await loadRecords(deals, ids(1, 60).map(deal), { asOf: READ_AT, compareValues: true });

    assert.equal(await held(), 60);
  });

  it('neither counts nor shows again what was turned down, but what else vanishes', async () => {
    await weigh(ids(1, 60));
    await decide('reject', await waiting());

    const same = await weigh(ids(1, 60));
    const more = await weigh(ids(1, 110));
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, gone(ids(1, 60)));

    assert.deepEqual([same.candidates, same.awaitingApproval], [0, 0]);
    assert.deepEqual([more.candidates, more.awaitingApproval, (await waiting()).shown.count], [50, 50, 50]);
    assert.equal(await count(), ROWS);
  });

  it('leaves what is held out of the sweep', async () => {
    await see(ids(61, ROWS));
    await weighUnseen();
    await decide('reject', await waiting());

    assert.deepEqual(await findUnseenRows(deals.knex, deals.mirror, reading(), BEFORE_ALL_IDS, 100), []);
  });

  it('takes back a refusal when a request agrees beforehand', async () => {
    await weigh(ids(1, 60));
    await decide('reject', await waiting());

    const weighed = await weigh(ids(1, 60), { isAgreed: true });
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, gone(ids(1, 60)));

    assert.deepEqual([weighed.awaitingApproval, await count()], [0, ROWS - 60]);
  });

  it('holds nothing for a session that has ended', async () => {
    await deals.knex('sync.crm_sync_sessions').where({ id: deals.sessionId }).update({ status: 'cancelled' });

    await assert.rejects(weigh(ids(1, 60)), { name: 'SessionEnded' });

    assert.deepEqual([await held(), await approvals()], [0, []]);
  });

  it('takes one decision, on what is shown', async () => {
    await weigh(ids(1, 60));
    const approval = await waiting();

    const old = await decide('approve', { ...approval, shownHash: '00'.repeat(32) });
    const first = await decide('approve', approval);
    const second = await decide('reject', approval);

    assert.deepEqual([old, first, second], [false, true, false]);
    const [decided] = await approvals();
    assert.deepEqual([decided?.state, decided?.decidedBy, await alerts()], ['applying', 'a person', []]);
  });

  it('no longer holds what was not removed when it ends', async () => {
    await weigh(ids(1, 60));
    const { id, ...approval } = await waiting();
    await decide('approve', { id, ...approval });

    await endApproval(deals.knex, id, 'applied', 58);

    const [ended] = await approvals();
    assert.deepEqual([ended?.state, ended?.removed, await held()], ['applied', 58, 0]);
  });

  it('is started again while it has no workflow, once in a while', async () => {
    await weigh(ids(1, 60));
    const approval = await waiting();
    await decide('approve', approval);
    const take = async () =>
      (await takeApprovalsWithoutWorkflow(deals.knex, 10)).filter(({ id }) => id === approval.id);

    const [found] = await take();
    const again = await take();

    assert.deepEqual([found?.key, found?.connectionId, again], [deals.mirror.key, deals.mirror.connectionId, []]);
  });

  it('expires when nobody decides, and asks anew', async () => {
    await weigh(ids(1, 60));
    const { id } = await waiting();
    await deals
      .knex('sync.approvals')
      .where({ id })
      .update({ expires_at: new Date(0) });

    await expireApprovals(deals.knex);
    const heldThen = await held();
    await weigh(ids(1, 60));

    assert.deepEqual((await approvals()).map(({ state }) => state).sort(), ['expired', 'waiting']);
    assert.deepEqual([heldThen, await held()], [0, 60]);
  });

  it('counts only held rows that are there', async () => {
    await weigh(ids(1, 60));

    await deals.knex.raw(`delete from ${qualifiedTable(deals.mirror)} where id <= 10`);

    assert.equal(await held(), 50);
  });
});
