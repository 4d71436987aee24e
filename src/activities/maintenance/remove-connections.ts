import { listRemovals, removePiece } from '../../db/connections/remove-connection';
import type { ActivityDependencies } from '../dependencies';
import type { TaskEnd } from './housekeeper';

/** Time in milliseconds after which the rest is left to the next batch, which follows at once. */
const BATCH_MS = 10_000;

/** Removes connections that are to go, a piece at a time. Idempotent: what is gone is not found again. */
export async function removeConnections({
  knex,
  logger,
}: Pick<ActivityDependencies, 'knex' | 'logger'>): Promise<TaskEnd> {
  const until = performance.now() + BATCH_MS;
  for (const connection of await listRemovals(knex)) {
    while (await removePiece(knex, connection)) if (performance.now() > until) return { hasMore: true };
    logger.info({ connection: connection.name }, 'The connection is removed, with its mirror and its books.');
  }
  return { hasMore: false };
}
