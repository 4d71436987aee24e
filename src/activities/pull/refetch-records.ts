import { CopyPages, type CopyPage } from '../../db/mirror/copy/copy-page';
import { pageConverter } from '../../db/mirror/copy/page-columns';
import { copyPagesSource } from '../../db/mirror/load/chunk-sources';
import { loadChunk } from '../../db/mirror/load/load-chunk';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { DeletedRow } from '../../db/mirror/sweep';
import { latestNow } from '../../domain/mirror/zoho-clock';
import type { ChunkCounter } from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import { getRecord } from '../../zoho/records/get-record';
import { listRecords } from '../../zoho/records/list-records';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { convertedParameter } from './list-pages';
import { timedAnswer } from './timed-answer';
import { withWholeTexts } from './whole-texts';

export interface RefetchRequest {
  sessionId: string;
  ids: readonly string[];
  chunks: ChunkCounter;
  /** The records are asked for because of doubts up to this number. */
  settlesDoubtsUpTo?: string;
}

export interface RefetchResult {
  /** Number of rows in Zoho. */
  found: number;
  /** Rows of records that Zoho does not know. */
  vanished: DeletedRow[];
}

/**
 * Fetches records by id and merges those that still exist. A credit for every 100 ids; one a row if it is wide.
 * @param mirror with all of its fields: rows that are asked for one by one are read whole
 */
export async function refetchRecords(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  mirror: MirrorModule,
  request: RefetchRequest,
): Promise<RefetchResult> {
  const { sessionId, chunks, settlesDoubtsUpTo } = request;
  const ids = request.ids.filter(isZohoId);
  const answered: RefetchResult = {
    found: 0,
    vanished: goneBy(
      new Date(),
      request.ids.filter((id) => !isZohoId(id)),
    ),
  };
  const wide = mirror.fields.length > LIMITS.listPage.fields;
  const converter = new CopyPages(mirror.fields, 'text');
  const idsOnly = pageConverter([]);
  const fields = mirror.fields.slice(0, LIMITS.listPage.fields).map((field) => field.apiName);
  for (let start = 0; start < ids.length; start += LIMITS.listPage.ids) {
    const asked = ids.slice(start, start + LIMITS.listPage.ids);
    const startedAt = new Date();
    const query = { fields, ids: asked, ...convertedParameter(mirror.module) };
    const timed = await timedAnswer(() => listRecords(zoho.transport, mirror.module, query, zoho.options));
    const page = timed.answer;
    const there = new Set(idsOnly.convert(page.body).copy.toString('latin1').split('\n').filter(Boolean));
    const gone = asked.filter((id) => !there.has(id));
    answered.vanished.push(...goneBy(latestNow(timed.clocks), gone));
    if (there.size === 0) continue;
    answered.found += there.size;
    const pages = wide
      ? await wholeRecords(zoho, mirror, [...there], converter)
      : [await withWholeTexts(zoho, mirror.module, mirror.fields, converter.convert(page.body))];
    await loadChunk(
      deps.knex,
      mirror,
      { sessionId, chunkNumber: chunks.next(), kind: 'refetch' },
      copyPagesSource(mirror, mirror.fields, pages, zoho.signal),
      {
        asOf: timed.asOf,
        compareValues: true,
        settlesDoubtsUpTo,
        trackRecords: true,
        keepSeenIds: true,
        bytes: page.body?.length ?? 0,
        startedAt,
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

async function wholeRecords(
  zoho: ZohoWork,
  mirror: MirrorModule,
  ids: readonly string[],
  converter: CopyPages,
): Promise<CopyPage[]> {
  const pages: CopyPage[] = [];
  for (const id of ids) {
    const record = await getRecord(zoho.transport, mirror.module, id, {}, zoho.options);
    if (record) pages.push(converter.convert(record.body));
  }
  return pages;
}
