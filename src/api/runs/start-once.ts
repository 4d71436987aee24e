import type { Knex } from 'knex';
import { closeRun } from '../../db/runs/close-run';
import { IdempotencyKeyUsed } from '../../db/runs/idempotency-key-used';
import type { RunRef } from '../../domain/runs/run';
import { SyncWorkflowRunning } from '../../temporal/runs/command-errors';
import { Problem } from '../http/problem';

export interface RunStart {
  run: RunRef;
  /** Stores the run, with its idempotency key if it has one. @throws IdempotencyKeyUsed */
  store: () => Promise<unknown>;
  /** Starts its workflow. */
  startWorkflow: () => Promise<unknown>;
}

/**
 * Stores a run and starts its workflow, once per idempotency key. A run whose workflow did not start is closed, so that
 * the same request may be tried again under its key.
 * @returns id of the run: the earlier one if its key came before with the same request
 * @throws Problem `idempotency_key_reused`, and whatever `store` and `startWorkflow` throw
 */
export async function startOnce(knex: Knex, { run, store, startWorkflow }: RunStart): Promise<string> {
  try {
    await store();
  } catch (error) {
    if (!(error instanceof IdempotencyKeyUsed)) throw error;
    if (error.isRepeat) return error.runId;
    throw new Problem('idempotency_key_reused', 'The idempotency key came with another request before.', {
      errors: [{ parameter: 'idempotency-key', detail: 'Belongs to another request' }],
    });
  }
  try {
    await startWorkflow();
  } catch (error) {
    const reason = error instanceof SyncWorkflowRunning ? error.message : 'The workflow could not be started.';
    await closeRun(knex, run, { status: 'failed', reason, releaseIdempotencyKey: true });
    throw error;
  }
  return run.id;
}
