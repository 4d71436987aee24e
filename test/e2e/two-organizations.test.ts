import assert from 'node:assert/strict';
import { getSession } from '../../src/db/sessions/sessions';
import { isFinal } from '../../src/domain/runs/enums';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { useEngine } from '../support/use-engine';

const MODULES = ['Deals', 'Contacts', 'Accounts', 'Leads'] as const;
const ROWS = 6_000;

describe('two organizations that share a worker', function () {
  this.timeout(180_000);
  /** Legs of a second, and no more places for scans than two organizations have slots for. */
  const engine = useEngine({ worker: { PULSE_SCAN_LEG_SECONDS: '1', PULSE_SCAN_CONCURRENCY: '2' } });

  const isAtWork = async (sessionId: string) => !isFinal((await getSession(engine().knex, sessionId)).status);

  /** Sessions of a large organization that reads all of its modules, for as long as its calls are slow. */
  async function readingAll(org: Org): Promise<string[]> {
    const slow = org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 600 });
    const sessions = await Promise.all(MODULES.map((module) => org.startFullSync(module, { path: 'list' })));
    await poll(async () => slow.struck > 3, { what: 'the modules are being read' });
    return sessions;
  }

  /** Most modules of an organization that were read at a time, as far as was looked. */
  function watchSlots(org: Org): { most: () => number; end: () => void } {
    let most = 0;
    const look = setInterval(() => {
      void engine()
        .query<{ slots: string }>(
          'select count(*) as slots from sync.scan_slots where connection_id = ? and slot is not null',
          [org.connectionId],
        )
        .then(([row]) => (most = Math.max(most, Number(row?.slots))));
    }, 50);
    return { most: () => most, end: () => clearInterval(look) };
  }

  /** The ledger of an organization has the calls that it was sent, but for those for tokens, and no others. */
  async function assertPaidByItself(org: Org): Promise<void> {
    const [row] = await engine().query<{ calls: string }>(
      'select sum(calls) as calls from sync.api_ledger where connection_id = ?',
      [org.connectionId],
    );
    assert.equal(Number(row?.calls), org.calls() - org.calls('token'));
  }

  it('take turns: the small one goes on while the large one reads all of its modules, and nothing is mixed', async () => {
    const rows = { deals: ROWS, contacts: ROWS, accounts: ROWS, leads: ROWS };
    const [large, small] = [await engine().org(rows), await engine().org({ contacts: 300, accounts: 3 })];
    await small.fullSync('Contacts');
    const { updated } = small.zoho.changeRecords('Contacts', {
      update: { count: 5, values: { Title: 'Of the small' } },
    });
    const slots = watchSlots(large);
    const sessions = await readingAll(large);

    const refreshed = await small.waitFor(await small.startRefresh('Contacts', updated), 'completed');
    const added = await small.incrementalSync('Contacts');
    const account = await small.fullSync('Accounts', { path: 'list' });

    const atWork = await Promise.all(sessions.map(isAtWork));
    assert.ok(atWork.filter(Boolean).length >= 2, 'the large one still reads');
    assert.deepEqual([refreshed.status, added.status, account.status], ['completed', 'completed', 'completed']);
    large.zoho.clearFaults();
    for (const sessionId of sessions) await large.waitFor(sessionId, 'completed', 120_000);
    slots.end();
    assert.ok(slots.most() >= 1 && slots.most() <= 2, `${slots.most()} modules at a time`);
    for (const module of MODULES) assertSame(await large.differences(module));
    for (const module of ['Contacts', 'Accounts']) assertSame(await small.differences(module));
    for (const org of [large, small]) await assertPaidByItself(org);
    await assertNotMixed();
  });

  /** Looks for rows of a session that name another organization than it does. */
  async function assertNotMixed(): Promise<void> {
    for (const table of ['api_ledger', 'sync_status_logs', 'record_history', 'record_sync_statuses', 'tombstones']) {
      const [row] = await engine().query<{ mixed: string; all: string }>(
        `select count(*) filter (where t.connection_id <> s.connection_id) as mixed, count(*) as all
         from sync.${table} t join sync.crm_sync_sessions s on s.id = t.session_id`,
      );
      assert.equal(Number(row?.mixed), 0, table);
    }
  }
});
