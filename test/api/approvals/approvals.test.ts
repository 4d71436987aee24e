import assert from 'node:assert/strict';
import type { Approval } from '../../../src/api/approvals/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { weighRemovals } from '../../../src/db/approvals/guard-removals';
import { pulse } from '../../cli/support';
import { loadRecords, someMirror, type MirrorUnderTest } from '../../db/mirror/support';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';

const PATH = '/api/v1/approvals';
const ROWS = 200;

describe('approvals', () => {
  const api = useApi(() => NO_TEMPORAL);
  let deals: MirrorUnderTest;
  let id: string;
  let hash: string;
  beforeEach(async () => {
    deals = await someMirror(api.knex);
    const records = Array.from({ length: ROWS }, (_, index) => ({
      id: String(index + 1),
      Modified_Time: '2026-11-16T09:00:00Z',
    }));
    await loadRecords(deals, records, { asOf: new Date('2026-11-20T08:00:00Z') });
    await hold(60);
    ({ id, shownHash: hash } = (await list())[0] ?? assert.fail('Nothing waits.'));
  });

  /** The first so many rows are not in Zoho any more. */
  async function hold(count: number): Promise<void> {
    const gone = Array.from({ length: count }, (_, index) => ({
      ...{ id: String(index + 1), deletedAt: '2026-11-20T10:00:00Z', reason: 'recycle' as const },
    }));
    await weighRemovals(api.knex, deals.mirror, gone, { sessionId: deals.sessionId, source: 'delete_feed' });
  }
  const list = async (query = 'state=waiting'): Promise<Approval[]> => {
    const { body } = await api.call('GET', `${PATH}?connection=${deals.mirror.connectionId}&${query}`, {
      as: 'viewer',
    });
    return (body as { approvals: Approval[] }).approvals;
  };
  const decide = (decision: string, shownHash = hash, as: 'viewer' | 'operator' = 'operator') =>
    api.call('POST', `${PATH}/${id}/${decision}`, { as, json: { shownHash, reason: 'they were test data' } });
  const codeOf = ({ status, body }: Answer) => [status, (body as { code?: string }).code];
  const stateOf = ({ body }: Answer) => (body as { approval: Approval }).approval.state;

  it('are listed, and shown with what they are about', async () => {
    const [listed] = await list();
    const shown = await api.call('GET', `${PATH}/${id}`, { as: 'viewer' });

    assert.deepEqual((shown.body as { approval: Approval }).approval, listed);
    assert.deepEqual([listed?.module, listed?.shown.count, listed?.shown.rows], ['Deals', 60, ROWS]);
    assert.deepEqual(await list('module=Contacts'), []);
    assert.deepEqual(await list('state=applied,rejected'), []);
  });

  it('are decided while Temporal is away: the removal begins later', async () => {
    const approved = await decide('approve');
    const again = await decide('approve');

    assert.deepEqual([approved.status, stateOf(approved), stateOf(again)], [200, 'applying', 'applying']);
    const rows: object[] = await api.knex('sync.approvals').where({ id }).select('started_at', 'decided_by', 'reason');
    assert.deepEqual(rows[0], { started_at: null, decided_by: api.actor('operator'), reason: 'they were test data' });
  });

  it('are turned down', async () => {
    assert.equal(stateOf(await decide('reject')), 'rejected');
    assert.deepEqual(codeOf(await decide('approve')), [409, 'approval_decided']);
  });

  it('are decided only by who has seen what they show now', async () => {
    await hold(120);

    assert.deepEqual(codeOf(await decide('approve')), [412, 'precondition_failed']);
    const [now] = await list();
    assert.equal(stateOf(await decide('approve', now?.shownHash)), 'applying');
  });

  it('leave an audit entry with the decision', async () => {
    await decide('reject');

    const entries = await listAuditEntries(api.knex, { target: `approval/${id}` }, 20);
    assert.deepEqual(
      entries.map(({ actor, action, outcome }) => [actor, action, outcome]),
      [[api.actor('operator'), 'approval.reject', 'succeeded']],
    );
  });

  it('are for operators', async () => {
    assert.deepEqual(codeOf(await decide('approve', hash, 'viewer')), [403, 'forbidden']);
  });

  it('answer 404 for one that nobody knows', async () => {
    const answer = await api.call('GET', `${PATH}/01890000-0000-7000-8000-000000000000`);

    assert.deepEqual(codeOf(answer), [404, 'approval_not_found']);
  });

  it('are decided by command, which `show` prints', async () => {
    const shown = await pulse(api, ['approvals', 'show', id]);
    const command = /pulse (approvals reject .*)$/m.exec(shown.out)?.[1] ?? assert.fail(shown.out);
    const decided = await pulse(api, command.split(' '));
    const listed = await pulse(api, ['approvals', 'list', '--state', 'rejected', '--json']);

    assert.deepEqual([shown.code, decided.code, listed.code], [0, 0, 0]);
    assert.match(decided.out, /state +rejected/);
    assert.ok(listed.out.includes(id));
  });
});
