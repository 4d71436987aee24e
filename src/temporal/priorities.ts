import type { Priority } from '@temporalio/common';
import type { BulkOperationKind } from '../domain/runs/bulk-operations';
import type { SessionType } from '../domain/runs/enums';

/** Urgency of each kind of run among all that wait for workers: 1 goes first, 3 is Temporal's default. */
const URGENCY: Readonly<Record<SessionType | BulkOperationKind, number>> = {
  manual_refresh: 1,
  push: 2,
  bulk_write: 2,
  mass_update: 2,
  webhook_update: 2,
  incremental_sync: 3,
  full_sync: 4,
  nightly: 4,
  verification: 5,
};

/**
 * Place of a run among those that wait for workers; its activities and children inherit it. Organizations take turns, each
 * with the same weight. A Temporal server without `matching.useNewMatcher` and `matching.enableFairness` takes no notice,
 * and nothing depends on it.
 * @param connection its name
 */
export function priorityOf(kind: SessionType | BulkOperationKind, connection: string): Priority {
  return { priorityKey: URGENCY[kind], fairnessKey: connection, fairnessWeight: 1 };
}

/** The same for what a schedule starts: the SDK sends it, and leaves it out of the type of an action. */
export function scheduledPriority(kind: SessionType, connection: string): object {
  return { priority: priorityOf(kind, connection) };
}
