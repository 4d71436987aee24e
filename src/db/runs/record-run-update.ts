import type { Knex } from 'knex';
import { fn, type PartialModelObject } from 'objection';
import { FINAL_RUN_STATUSES, isFinal } from '../../domain/runs/enums';
import type { RunUpdate, RunUpdateAnswer } from '../../domain/runs/run';
import { getBulkOperation } from '../bulk-operations/bulk-operations';
import type { RunModel } from '../models/run';
import { toJsonb } from '../postgres/json';
import { insertLogLines, insertSessionRecords } from '../sessions/session-updates';
import { getSession } from '../sessions/sessions';
import { forgetWhatEnded } from './forget-what-ended';
import { runModel } from './run-models';

/**
 * Writes one step of a run: its row, log lines and, for a session, record statuses, in one transaction. Idempotent
 * by (`run`, `sequence`): a repeated update changes nothing, and one that arrives late leaves the newer row alone while
 * its log lines and records, which are facts, are still kept. A run in a final status takes nothing more, and no
 * workflow but the one that began it writes its row.
 * @throws SessionNotFound, BulkOperationNotFound
 */
export async function recordRunUpdate(knex: Knex, update: RunUpdate): Promise<RunUpdateAnswer> {
  return knex.transaction(async (trx) => {
    const answer = (await patchRun(trx, update)) ? 'applied' : await whyNotApplied(trx, update);
    if (answer === 'ended') return answer;
    const { run, patch, logs, records } = update;
    if (patch.status && isFinal(patch.status)) await forgetWhatEnded(trx, run);
    if (logs?.length) await insertLogLines(trx, update, logs);
    if (records?.length && run.kind === 'session') await insertSessionRecords(trx, update, records);
    return answer;
  });
}

async function patchRun(trx: Knex, { run, reportedBy, sequence, patch, logs }: RunUpdate): Promise<boolean> {
  const lastMessage = logs?.at(-1)?.message;
  const changes = {
    stateVersion: String(sequence),
    lastActivityAt: fn.now(),
    ...(patch.status && isFinal(patch.status) && { completedAt: fn.now() }),
    ...replaceUnstorableIn({ ...patch, ...(run.kind === 'operation' && { message: lastMessage }) }),
  };
  const query = runModel(run.kind)
    .query(trx)
    .findById(run.id)
    .where('state_version', '<', sequence)
    .whereNotIn('status', [...FINAL_RUN_STATUSES]);
  if (reportedBy !== undefined)
    void query.whereRaw('coalesce(first_execution_run_id, ?) = ?', [reportedBy, reportedBy]);
  return (await query.patch(changes as PartialModelObject<RunModel>)) > 0;
}

async function whyNotApplied(trx: Knex, { run, reportedBy, sequence }: RunUpdate): Promise<'repeated' | 'ended'> {
  const row = run.kind === 'session' ? await getSession(trx, run.id) : await getBulkOperation(trx, run.id);
  const { firstExecutionRunId: owner, stateVersion } = row;
  const isOfAnother = owner !== null && reportedBy !== undefined && owner !== reportedBy;
  return isOfAnother || Number(stateVersion) < sequence ? 'ended' : 'repeated';
}

/** The patch without what PostgreSQL cannot store, at any depth: plans and messages quote foreign text. */
function replaceUnstorableIn(patch: object): object {
  return JSON.parse(toJsonb(patch)) as object;
}
