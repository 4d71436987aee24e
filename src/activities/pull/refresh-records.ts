import { spreadNames } from '../../db/mirror/names/spread-names';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import {
  countRequests,
  findUnsettledRequests,
  noteVanished,
  settleRequests,
} from '../../db/sessions/requested-records';
import { CHOSEN_CHUNKS, ChunkCounter, deleteSequence } from '../../domain/runs/chunk-numbers';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { removeVanished } from './deletes';
import { wholeMirror } from './load-mirror';
import { refetchRecords } from './refetch-records';

export interface RefreshedRecords extends SessionSums {
  /** Records that Zoho has. */
  found: number;
  /** Records that it does not know, and that are no longer in the mirror. */
  vanished: number;
  /** Records that it does not know and that stay until a person decides, since they are too much of the mirror. */
  kept: number;
}

/**
 * Asks Zoho for the records that a session was asked to read, 100 a call, and merges the answers; those that it does not
 * know leave the mirror, or await approval if they are too many. Idempotent: a record that is settled is not asked for again.
 */
export async function refreshRecords(deps: ActivityDependencies, target: SyncTarget): Promise<RefreshedRecords> {
  const { knex } = deps;
  const { sessionId } = target;
  const mirror = await wholeMirror(deps, target);
  return withZoho(deps, target, async (zoho) => {
    const ids = await findUnsettledRequests(knex, sessionId);
    const last = await findLastChunk(knex, sessionId, CHOSEN_CHUNKS);
    const chunks = new ChunkCounter(CHOSEN_CHUNKS, last?.chunkNumber);
    const { vanished } = await refetchRecords(deps, zoho, mirror, {
      sessionId,
      ids,
      chunks,
      settle: (client, found) => settleRequests(client, sessionId, found, 'found'),
    });
    const work = { sessionId, sequence: deleteSequence(1), source: 'manual_refresh' } as const;
    const { gone, kept } = await removeVanished(deps, mirror, work, vanished);
    await noteVanished(knex, sessionId, gone, 'vanished');
    await noteVanished(knex, sessionId, kept, 'kept');
    await spreadNames(knex, mirror);
    return { ...(await sumChunks(knex, sessionId)), ...(await countRequests(knex, sessionId)) };
  });
}
