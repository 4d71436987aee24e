import assert from 'node:assert/strict';
import { decideApproval, listApprovals, type ApprovalRow } from '../../../src/db/approvals/approvals';
import { weighRemovals } from '../../../src/db/approvals/guard-removals';
import { findHeldIds } from '../../../src/db/approvals/held-removals';
import { moveApproved, type DeletedRow } from '../../../src/db/mirror/sweep';
import { loadRecords, someMirror, type MirrorUnderTest } from '../mirror/support';
import { useDatabase } from '../support';

const ROWS = 200;

const ids = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
const deal = (id: string) => ({ id, Deal_Name: `Deal ${id}`, Modified_Time: '2026-11-16T09:00:00+00:00' });
const gone = (of: readonly string[]): DeletedRow[] =>
  of.map((id) => ({ id, deletedAt: '2026-11-20T10:00:00Z', reason: 'recycle' }));

describe('removals that a person has approved', () => {
  const database = useDatabase();
  let deals: MirrorUnderTest;
  beforeEach(async () => {
    deals = await someMirror(database.knex);
    await loadRecords(deals, ids(1, ROWS).map(deal), { asOf: new Date('2026-11-20T08:00:00Z') });
  });

  const weigh = (of: readonly string[]) =>
    weighRemovals(deals.knex, deals.mirror, gone(of), { sessionId: deals.sessionId, source: 'delete_feed' });
  const approved = async (): Promise<ApprovalRow> => {
    const { connectionId } = deals.mirror;
    const [approval] = await listApprovals(deals.knex, { connectionId, states: ['waiting'] }, { limit: 1 });
    assert.ok(approval);
    const { id, shownHash } = approval;
    await decideApproval(deals.knex, id, { decision: 'approve', shownHash, by: 'a person', reason: null });
    return approval;
  };
  const move = ({ id: approvalId }: ApprovalRow, of: readonly string[]) =>
    moveApproved(deals.knex, deals.mirror, { sessionId: deals.sessionId, sequence: 1, approvalId }, gone(of));

  it('are held no longer', async () => {
    await weigh(ids(1, 60));

    const moved = await move(await approved(), ids(1, 25));

    assert.equal(moved, 25);
    assert.deepEqual(await findHeldIds(deals.knex, deals.mirror, ids(1, ROWS)), ids(26, 60));
  });

  it('leave alone what waits for another decision', async () => {
    await weigh(ids(1, 60));
    const approval = await approved();
    await weigh(ids(61, 120));

    const moved = await move(approval, ids(51, 70));

    assert.equal(moved, 10);
    assert.deepEqual(await findHeldIds(deals.knex, deals.mirror, ids(51, 70)), ids(61, 70));
  });
});
