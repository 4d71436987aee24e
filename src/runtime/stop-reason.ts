import { NamespaceNotFoundError } from '@temporalio/client';
import { toDatabaseError } from '../db/postgres/pg-errors';

/**
 * Reason why a process cannot start or go on, in words for the person who started it: without a stack, and with the
 * setting that leads elsewhere where one does.
 */
export function stopReason(error: unknown): string {
  if (error instanceof NamespaceNotFoundError) {
    return `Temporal has no namespace ${error.namespace}: create it, or name another one in TEMPORAL_NAMESPACE.`;
  }
  const reason = toDatabaseError(error) ?? error;
  return reason instanceof Error ? reason.message : String(reason);
}
