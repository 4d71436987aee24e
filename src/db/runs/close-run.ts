import type { Knex } from 'knex';
import { fn, type PartialModelObject } from 'objection';
import { ACTIVE_RUN_STATUSES } from '../../domain/runs/enums';
import type { RunRef } from '../../domain/runs/run';
import { closeOperationItems } from '../bulk-operations/close-operation-items';
import type { RunModel } from '../models/run';
import { forgetWhatEnded } from './forget-what-ended';
import { runModel } from './run-models';

export interface RunEnd {
  status: 'failed' | 'cancelled';
  reason: string;
  /** Nothing was started, so the same request may be tried again under its key. */
  releaseIdempotencyKey?: boolean;
}

/**
 * Ends a run whose workflow cannot do so itself: it never started, was terminated, or is unknown to Temporal. The
 * records of an operation get their outcome in the same transaction. A run that has ended already stays as it is.
 * @returns whether this call ended it
 */
export async function closeRun(knex: Knex, run: RunRef, end: RunEnd): Promise<boolean> {
  const changes = {
    status: end.status,
    errorMessage: end.reason,
    completedAt: fn.now(),
    lastActivityAt: fn.now(),
    ...(run.kind === 'operation' && { message: end.reason }),
    ...(end.releaseIdempotencyKey === true && { idempotencyKey: null }),
  };
  return knex.transaction(async (trx) => {
    const closed = await runModel(run.kind)
      .query(trx)
      .findById(run.id)
      .whereIn('status', [...ACTIVE_RUN_STATUSES])
      .patch(changes as PartialModelObject<RunModel>);
    if (closed > 0 && run.kind === 'operation') await closeOperationItems(trx, run.id);
    if (closed > 0) await forgetWhatEnded(trx, run);
    return closed > 0;
  });
}
