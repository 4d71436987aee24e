import { findRestorableIds } from '../../db/mirror/sweep';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import { ChunkCounter, restoredChunks } from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { wholeMirror } from './load-mirror';
import { refetchRecords } from './refetch-records';

/** Zoho keeps a deleted record for sixty days. Asking for more than so many would cost more than reading the module. */
const MAX_ASKED = 2_000;

export interface RestoredRequest extends SyncTarget {
  /** Number of rows that the mirror lacks. */
  missing: number;
  /** See `restoredChunks`. */
  firstChunk: number;
}

/**
 * Looks for records that came back from Zoho's recycle bin, which leaves neither a time of modification nor an entry in
 * a list: asks for the rows that left the mirror, the last ones first, until as many as are missing were found. A
 * credit for every 100 of them, 20 at most. Idempotent: a row that is back is no longer asked for.
 * @returns how many came back, by earlier attempts, too
 */
export async function readRestored(
  deps: ActivityDependencies,
  request: RestoredRequest,
): Promise<{ restored: number }> {
  const mirror = await wholeMirror(deps, request);
  const { sessionId, firstChunk } = request;
  const range = restoredChunks(firstChunk);
  const chunks = new ChunkCounter(range, (await findLastChunk(deps.knex, sessionId, range))?.chunkNumber);
  const ids = await findRestorableIds(deps.knex, mirror, MAX_ASKED);
  const { read: found } = await sumChunks(deps.knex, sessionId, range);
  return withZoho(deps, request, async (zoho) => {
    let restored = found;
    for (let start = 0; start < ids.length && restored < request.missing; start += LIMITS.listPage.ids) {
      const asking = { sessionId, ids: ids.slice(start, start + LIMITS.listPage.ids), chunks };
      restored += (await refetchRecords(deps, zoho, mirror, asking)).found;
      zoho.report({ lookingForRestored: request.module, asked: start + asking.ids.length, restored });
    }
    return { restored };
  });
}
