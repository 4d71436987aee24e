import assert from 'node:assert/strict';
import { startDueComparisons } from '../../src/activities/maintenance/start-due-comparisons';
import { listDifferences } from '../../src/db/comparisons/read-comparisons';
import { createSession } from '../../src/db/sessions/sessions';
import { createLogger } from '../../src/logger';
import type { FindingsResult, SyncResult, VerifyOptions } from '../../src/temporal/contract/sync-messages';
import { syncWorkflowId } from '../../src/temporal/ids';
import { startComparison } from '../../src/temporal/runs/due-comparison';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const A_WHILE_MS = 900_000;

describe('a verification', function () {
  this.timeout(120_000);
  const engine = useEngine();
  let org: Org;

  /** Differences of every kind in a mirror of 300 rows, and what others have changed meanwhile. */
  beforeEach(async () => {
    org = await engine().org({ accounts: 300 });
    await org.fullSync('Accounts', { path: 'list' });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    const table = org.table('Accounts');
    await engine().knex.raw(`
      create temporary table numbered as select id, row_number() over (order by id) as place from ${table};
      delete from ${table} where id in (select id from numbered where place <= 3);
      update ${table} set modified_time = modified_time - interval '1 hour', industry = 'stale'
        where id in (select id from numbered where place between 4 and 7);
      update ${table} set industry = 'by hand' where id in (select id from numbered where place between 8 and 12);
      create temporary table added as select * from ${table} order by id limit 2;
      update added set id = id + 1_000_000_007;
      insert into ${table} select * from added;
      drop table added, numbered;
    `);
    org.zoho.changeRecords('Accounts', { insert: { count: 6 }, delete: { count: 5 } });
  });

  async function verify(options: VerifyOptions) {
    const { connectionId, name: connection } = org;
    const workflowId = syncWorkflowId('verification', connection, 'Accounts');
    const about = { connectionId, moduleName: 'Accounts', initiatedBy: 'tester', workflowId };
    const { id: sessionId } = await createSession(engine().knex, { ...about, sessionType: 'verification' });
    const input = { sessionId, connectionId, connection, module: 'Accounts', options };
    await engine().commands.startVerification(input, 'tester');
    return org.waitFor(sessionId, 'completed');
  }

  const FOUND = { missing: 3, stale: 4, values: 5, extra: 2 };
  const kinds = ({ missing, stale, values, extra }: typeof FOUND) => ({ missing, stale, values, extra });

  for (const path of ['list', 'bulk'] as const) {
    it(`finds every difference and repairs it, by ${path}, and takes no change of others for one`, async () => {
      const session = await verify({ path });

      assertSame(await org.differences('Accounts'));
      const { findings } = session.result as unknown as SyncResult;
      assert.ok(findings);
      assert.deepEqual([kinds(findings), findings.repaired, findings.failed], [FOUND, 14, 0]);
      assert.match((await org.logOf(session.id)).join('\n'), /Compared every value of 30\d rows\. Differed: 3 missing/);
    });
  }

  it('is started once where a sync could not explain its counts', async () => {
    const { knex, temporal } = engine();
    const where = { connection_id: org.connectionId, key: 'Accounts' };
    await knex('sync.mirrors').where(where).update({ comparison_wanted_at: new Date() });
    const look = () =>
      startDueComparisons({
        knex,
        logger: createLogger('test', 'silent'),
        startComparison: (due) => startComparison(temporal, due),
      });

    const started = await look();
    const workflowId = syncWorkflowId('verification', org.name, 'Accounts');
    const result = (await temporal.client.workflow.getHandle(workflowId).result()) as SyncResult;

    assert.deepEqual([started, await look()], [1, 0]);
    assert.deepEqual([result.findings?.missing, result.findings?.extra], [3, 2]);
  });

  it('only looks where it is told to', async () => {
    const before = await org.differences('Accounts');

    const session = await verify({ path: 'list', repair: false });

    assert.deepEqual(await org.differences('Accounts'), before);
    const { findings } = session.result as unknown as FindingsResult;
    assert.deepEqual([kinds(findings), findings.repaired], [FOUND, 0]);
    const extra = await listDifferences(engine().knex, session.id, { states: ['found'] }, { limit: 50 });
    assert.equal(extra.length, 14);
  });
});
