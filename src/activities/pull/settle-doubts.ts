import { explainVanished, settleDifferences } from '../../db/comparisons/differences';
import { findDoubts, forgetDoubts } from '../../db/mirror/doubtful-records';
import { nameUsers } from '../../db/mirror/names/check-names';
import { learnUsers } from '../../db/mirror/names/learn-users';
import { findLastChunk } from '../../db/sessions/chunks';
import { ChunkCounter, DOUBT_CHUNKS } from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { Leg } from './leg';
import { wholeMirror } from './load-mirror';
import { refetchRecords } from './refetch-records';

/** PostgreSQL's clock and ours may differ by less. */
const CLOCKS_APART_MS = 60_000;

/**
 * Asks for the records whose rows a read has contradicted and merges what is true of them. An answer that was asked for
 * after the mirror's row was written is right, whatever its time of modification. A credit for every 100 of them.
 * Idempotent; doubts beyond the limit stay for the next call, and for the next session.
 * @param limit calls at most, of 100 records each
 * @returns false if the leg ended before
 */
export async function settleDoubts(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  target: SyncTarget,
  limit: number,
  leg = new Leg(),
): Promise<boolean> {
  const mirror = await wholeMirror(deps, target);
  const startedAt = new Date(Date.now() - CLOCKS_APART_MS);
  const { sessionId } = target;
  const last = await findLastChunk(deps.knex, sessionId, DOUBT_CHUNKS);
  const chunks = new ChunkCounter(DOUBT_CHUNKS, last?.chunkNumber);
  for (let call = 0; call < limit; call += 1) {
    const doubts = await findDoubts(deps.knex, mirror, LIMITS.listPage.ids);
    if (doubts.ids.length === 0) return true;
    if (call > 0 && leg.isOver) return false;
    await refetchRecords(deps, zoho, mirror, {
      sessionId,
      ids: doubts.ids,
      chunks,
      settlesDoubtsUpTo: doubts.upTo,
      settle: (client, ids, chunkNumber) => settleDifferences(client, mirror, { sessionId, chunkNumber, ids }),
    });
    await explainVanished(deps.knex, mirror, doubts.ids);
    await forgetDoubts(deps.knex, mirror, doubts);
    if ((await learnUsers(deps.knex, mirror, doubts.ids)) > 0) {
      await nameUsers(deps.knex, mirror, startedAt.toISOString());
    }
    leg.noteCall();
    zoho.report({ settlingDoubtsOf: target.module, asked: (call + 1) * LIMITS.listPage.ids });
  }
  return true;
}
