import { findDueRecords, postponeRetry, splitByMirror } from '../../db/mirror/quarantine';
import { moveToTombstones } from '../../db/mirror/sweep';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import { ChunkCounter, retriedChunks } from '../../domain/runs/chunk-numbers';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { loadMirror } from './load-mirror';
import { refetchRecords } from './refetch-records';

/** Most records asked for in one session: 20 credits, a credit a record if they are wide. */
export const MAX_RETRIED_RECORDS = 2_000;

export interface RetryRequest extends SyncTarget {
  /** See `retriedChunks`. */
  firstChunk: number;
  /** Record statuses of deleted rows are written under it. */
  sequence: number;
  /** Records that the plan found due; absent from histories of versions that asked for all that were. */
  due?: number;
}

export interface RetryResult {
  /** Records that Zoho still has, found by earlier attempts, too. */
  found: number;
}

/**
 * Asks Zoho again for the quarantined records whose time has come: those that fit by now are merged, which closes their
 * entries, the others wait longer. Idempotent: a record that was asked for is not due any more.
 */
export async function retryQuarantined(deps: ActivityDependencies, request: RetryRequest): Promise<RetryResult> {
  const mirror = await loadMirror(deps, request);
  const { sessionId, firstChunk, sequence, due = MAX_RETRIED_RECORDS } = request;
  const range = retriedChunks(firstChunk);
  const { read: earlier } = await sumChunks(deps.knex, sessionId, range);
  const ids = await findDueRecords(deps.knex, mirror, Math.max(0, due - earlier));
  if (ids.length === 0) return { found: earlier };
  const chunks = new ChunkCounter(range, (await findLastChunk(deps.knex, sessionId, range))?.chunkNumber);
  return withZoho(deps, request, async (zoho) => {
    const { found, vanished } = await refetchRecords(deps, zoho, mirror, { sessionId, ids, chunks });
    const { mirrored, unmirrored } = await splitByMirror(
      deps.knex,
      mirror,
      vanished.map(({ id }) => id),
    );
    // A row of the mirror leaves by way of the delete feed or a sweep, which the mass-delete guard watches.
    await postponeRetry(deps.knex, mirror, mirrored);
    const gone = new Set(unmirrored);
    await moveToTombstones(
      deps.knex,
      mirror,
      sessionId,
      sequence,
      vanished.filter(({ id }) => gone.has(id)),
    );
    return { found: earlier + found };
  });
}
