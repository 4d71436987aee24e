import type pg from 'pg';
import { copyPagesSource } from '../../db/mirror/load/chunk-sources';
import { loadChunk } from '../../db/mirror/load/load-chunk';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { DeletedRow } from '../../db/mirror/sweep';
import { latestNow } from '../../domain/mirror/zoho-clock';
import type { ChunkCounter } from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import { listRecords } from '../../zoho/records/list-records';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { convertedParameter } from './scan/list-pages';
import { pageReader } from './scan/page-rows';
import { timedAnswer } from './timed-answer';

export interface RefetchRequest {
  sessionId: string;
  ids: readonly string[];
  chunks: ChunkCounter;
  /** The records are asked for because of doubts up to this number. */
  settlesDoubtsUpTo?: string;
  /** Notes, in the transaction that merges them, that records were found. */
  settle?: (client: pg.Client, ids: readonly string[], chunkNumber: number) => Promise<void>;
}

export interface RefetchResult {
  /** Number of rows in Zoho. */
  found: number;
  /** Rows of records that Zoho does not know. */
  vanished: DeletedRow[];
}

/**
 * Fetches records by id and merges those that still exist. A credit for every 100 ids and 50 fields.
 * @param mirror with all of its fields
 */
export async function refetchRecords(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: RefetchRequest,
): Promise<RefetchResult> {
  const { sessionId, chunks, settlesDoubtsUpTo, settle } = request;
  const ids = request.ids.filter(isZohoId);
  const answered: RefetchResult = {
    found: 0,
    vanished: goneBy(
      new Date(),
      request.ids.filter((id) => !isZohoId(id)),
    ),
  };
  const reader = pageReader(zoho, mirror.module, mirror.fields);
  for (let start = 0; start < ids.length; start += LIMITS.listPage.ids) {
    const asked = ids.slice(start, start + LIMITS.listPage.ids);
    const startedAt = new Date();
    const query = { fields: reader.listFields, ids: asked, ...convertedParameter(mirror.module) };
    const { answer, asOf, clocks } = await timedAnswer(() =>
      listRecords(zoho.transport, mirror.module, query, zoho.options),
    );
    const page = await reader.read(answer.body, asOf.getTime());
    const there = new Set(page.listed);
    const gone = asked.filter((id) => !there.has(id));
    answered.vanished.push(...goneBy(latestNow(clocks), gone));
    if (there.size === 0) continue;
    answered.found += there.size;
    const chunkNumber = chunks.next();
    await loadChunk(
      deps.knex,
      mirror,
      { sessionId, chunkNumber, kind: 'refetch' },
      copyPagesSource(mirror, reader.fields, [page], zoho.signal),
      {
        asOf,
        compareValues: true,
        settlesDoubtsUpTo,
        trackRecords: true,
        keepSeenIds: true,
        bytes: answer.body?.length ?? 0,
        startedAt,
        alongside: settle && ((client) => settle(client, page.listed, chunkNumber)),
      },
    );
  }
  return answered;
}

/** Zoho's ids are positive, and it looks for no others; a person may have written such a row into the mirror. */
function isZohoId(id: string): boolean {
  return /^[1-9]/.test(id);
}

function goneBy(time: Date, ids: readonly string[]): DeletedRow[] {
  return ids.map((id) => ({ id, deletedAt: time.toISOString(), reason: 'vanished' }));
}
