import type { Knex } from 'knex';
import { fn, type PartialModelObject } from 'objection';
import { FINAL_RUN_STATUSES, isFinal } from '../../domain/runs/enums';
import type { RunUpdate } from '../../domain/runs/run';
import { getBulkOperation } from '../bulk-operations/bulk-operations';
import type { RunModel } from '../models/run';
import { toJsonb } from '../postgres/json';
import { insertLogLines, insertSessionRecords } from '../sessions/session-updates';
import { getSession } from '../sessions/sessions';
import { runModel } from './run-models';

/**
 * Writes one step of a run: its row and, for a session, log lines and record statuses, in one transaction. Idempotent
 * by (`run`, `sequence`): a repeated update changes nothing, and one that arrives late leaves the newer row alone while
 * its log lines and records, which are facts, are still kept. A run in a final status never changes.
 * @returns whether the row changed
 * @throws SessionNotFound, BulkOperationNotFound
 */
export async function recordRunUpdate(knex: Knex, update: RunUpdate): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const isApplied = await patchRun(trx, update);
    if (update.run.kind === 'operation') {
      if (!isApplied) await getBulkOperation(trx, update.run.id);
      return isApplied;
    }
    if (!isApplied) await getSession(trx, update.run.id);
    if (update.logs?.length) await insertLogLines(trx, update, update.logs);
    if (update.records?.length) await insertSessionRecords(trx, update, update.records);
    return isApplied;
  });
}

async function patchRun(trx: Knex, { run, sequence, patch, logs }: RunUpdate): Promise<boolean> {
  const lastMessage = logs?.at(-1)?.message;
  const changes = {
    stateVersion: String(sequence),
    lastActivityAt: fn.now(),
    ...(patch.status && isFinal(patch.status) && { completedAt: fn.now() }),
    ...replaceUnstorableIn({ ...patch, ...(run.kind === 'operation' && { message: lastMessage }) }),
  };
  const patched = await runModel(run.kind)
    .query(trx)
    .findById(run.id)
    .where('state_version', '<', sequence)
    .whereNotIn('status', [...FINAL_RUN_STATUSES])
    .patch(changes as PartialModelObject<RunModel>);
  return patched > 0;
}

/** The patch without what PostgreSQL cannot store, at any depth: plans and messages quote foreign text. */
function replaceUnstorableIn(patch: object): object {
  return JSON.parse(toJsonb(patch)) as object;
}
