import { listHeld } from '../../db/approvals/held-removals';
import { BEFORE_ALL_IDS, moveApproved, countMoved, type DeletedRow } from '../../db/mirror/sweep';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import { CHOSEN_CHUNKS, ChunkCounter, deleteSequence, deleteSequences } from '../../domain/runs/chunk-numbers';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { Leg, UNFINISHED, type Unfinished } from '../pull/leg';
import { wholeMirror } from '../pull/load-mirror';
import { refetchRecords } from '../pull/refetch-records';
import { withZoho } from '../with-zoho';

const ROWS_PER_BATCH = 2_000;
const STEP = deleteSequence(1);

export interface ApprovedRemoval extends SyncTarget {
  approvalId: string;
}

export interface RemovedRecords extends SessionSums {
  /** Rows that left the mirror. */
  removed: number;
  /** Records that Zoho has after all. */
  found: number;
}

/**
 * Removes what a person has approved: each record is asked for once more, and those that Zoho still does not know leave
 * the mirror; the others are merged as they are now. Nothing that the person was not shown leaves. Resumable and
 * idempotent: what is settled is no longer held. Results count earlier attempts, too.
 */
export async function removeApproved(
  deps: ActivityDependencies,
  request: ApprovedRemoval,
  leg = new Leg(),
): Promise<RemovedRecords | Unfinished> {
  const { sessionId, approvalId } = request;
  const mirror = await wholeMirror(deps, request);
  return withZoho(deps, request, async (zoho) => {
    const last = await findLastChunk(deps.knex, sessionId, CHOSEN_CHUNKS);
    const chunks = new ChunkCounter(CHOSEN_CHUNKS, last?.chunkNumber);
    let after = BEFORE_ALL_IDS;
    for (;;) {
      const held = await listHeld(deps.knex, approvalId, after, ROWS_PER_BATCH);
      if (held.length === 0) break;
      if (after !== BEFORE_ALL_IDS && leg.isOver) return UNFINISHED;
      after = held.at(-1)?.id ?? after;
      const ids = held.map(({ id }) => id);
      const { vanished } = await refetchRecords(deps, zoho, mirror, { sessionId, ids, chunks });
      await moveApproved(deps.knex, mirror, { sessionId, sequence: STEP, approvalId }, asTheyWent(held, vanished));
      zoho.report({ removing: request.module, after });
    }
    const sums = await sumChunks(deps.knex, sessionId);
    return {
      removed: await countMoved(deps.knex, sessionId, deleteSequences(STEP)),
      found: sums.read,
      ...sums,
    };
  });
}

/** Zoho's list of deletes knows when and how a record went; of others it is known only that they are not there. */
function asTheyWent(held: readonly DeletedRow[], vanished: readonly DeletedRow[]): DeletedRow[] {
  const listed = new Map(held.filter(({ reason }) => reason !== 'vanished').map((row) => [row.id, row]));
  return vanished.map((row) => listed.get(row.id) ?? row);
}
