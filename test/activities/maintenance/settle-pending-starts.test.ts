import assert from 'node:assert/strict';
import type { WorkflowState } from '../../../src/activities/dependencies';
import { settlePendingStarts } from '../../../src/activities/maintenance/settle-pending-starts';
import { insertAuditEntry } from '../../../src/db/access/audit-log';
import { createLogger } from '../../../src/logger';
import { someSession, useDatabase } from '../../db/support';

const NOBODY = '018f0000-0000-7000-8000-000000000000';

describe('the audit entry of a start that nobody answered', () => {
  const database = useDatabase();

  /** The outcome of an entry after a clean-up. */
  async function outcomeOf(
    details: object,
    {
      workflow = { status: null, sessionId: null },
      outcome = 'pending',
      ageMinutes = 30,
    }: { workflow?: WorkflowState; outcome?: string; ageMinutes?: number } = {},
  ): Promise<string | undefined> {
    const entry = { actor: 'tester', action: 'full_sync.start', target: 'crm/Deals', outcome, details };
    const id = await insertAuditEntry(database.knex, entry);
    // Entries stay as they were written, so this one is made as old as it has to be.
    await database.knex.raw('alter table sync.audit_log disable trigger audit_entries_stay');
    await database.knex.raw('update sync.audit_log set at = now() - make_interval(mins => ?) where id = ?', [
      ageMinutes,
      id,
    ]);
    await database.knex.raw('alter table sync.audit_log enable trigger audit_entries_stay');
    const logger = createLogger('test', 'silent');

    await settlePendingStarts({ knex: database.knex, logger, workflowState: async () => workflow });

    const answer = await database.knex.raw<{ rows: { outcome: string }[] }>(
      'select outcome from sync.audit_log where id = ?',
      [id],
    );
    return answer.rows[0]?.outcome;
  }

  it('succeeded if a workflow wrote itself into the row of the run', async () => {
    const { id } = await someSession(database.knex, { workflowId: 'sync:crm:Deals' });
    await database.knex.raw(`update sync.crm_sync_sessions set first_execution_run_id = 'a run' where id = ?`, [id]);

    assert.equal(await outcomeOf({ run: `session/${id}` }), 'succeeded');
  });

  it('succeeded if Temporal knows a workflow of the run', async () => {
    const { id } = await someSession(database.knex, { workflowId: 'sync:crm:Deals' });

    const workflow = { status: 'RUNNING', sessionId: id };

    assert.equal(await outcomeOf({ run: `session/${id}` }, { workflow }), 'succeeded');
  });

  it('failed if the workflow of its id is that of another run', async () => {
    const { id } = await someSession(database.knex, { workflowId: 'sync:crm:Deals' });

    const workflow = { status: 'RUNNING', sessionId: NOBODY };

    assert.equal(await outcomeOf({ run: `session/${id}` }, { workflow }), 'failed');
  });

  it('failed if its run was never stored', async () => {
    assert.equal(await outcomeOf({ run: `operation/${NOBODY}` }), 'failed');
  });

  it('stays pending while the request may still be at work', async () => {
    assert.equal(await outcomeOf({ run: `session/${NOBODY}` }, { ageMinutes: 1 }), 'pending');
  });

  it('stays pending if it is of another act, whose effect nobody can look up', async () => {
    assert.equal(await outcomeOf({ body: {} }), 'pending');
  });

  it('keeps the outcome that it has', async () => {
    assert.equal(
      await outcomeOf({ run: `session/${NOBODY}` }, { outcome: 'temporal_unavailable' }),
      'temporal_unavailable',
    );
  });
});
