import { setTimeout as sleep } from 'node:timers/promises';
import { closeRun } from '../../src/db/runs/close-run';
import { ActiveSessionExists } from '../../src/db/sessions/sessions';
import { sessionRun } from '../../src/domain/runs/run';
import { SyncWorkflowRunning } from '../../src/temporal/runs/command-errors';
import type { Org } from '../support/org';

const PAUSE_MS = 100;
const GIVEN_UP_MS = 60_000;

/**
 * Starts a session as soon as nothing is in its way: the engine reads by itself what it may not have been told of.
 * @returns its id
 */
export async function startWhenFree(org: Org, module: string, start: () => Promise<string>): Promise<string> {
  for (const deadline = Date.now() + GIVEN_UP_MS; ; await sleep(PAUSE_MS)) {
    try {
      return await start();
    } catch (error) {
      if (!isInTheWay(error) || Date.now() > deadline) throw error;
      if (error instanceof SyncWorkflowRunning) await dropUnstarted(org, module);
    }
  }
}

/** Whether a start was refused since another session is at work. */
export function isInTheWay(error: unknown): boolean {
  return error instanceof ActiveSessionExists || error instanceof SyncWorkflowRunning;
}

/** The session of an incremental sync that Temporal did not start is nobody's. */
async function dropUnstarted(org: Org, module: string): Promise<void> {
  const rows = await org.engine.query<{ id: string }>(
    `select id from sync.crm_sync_sessions
     where connection_id = ? and module_name = ? and session_type = 'incremental_sync' and status = 'initiated'
       and first_execution_run_id is null`,
    [org.connectionId, module],
  );
  for (const { id } of rows)
    await closeRun(org.engine.knex, sessionRun(id), { status: 'failed', reason: 'in the way' });
}
