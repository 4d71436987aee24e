import type { Knex } from 'knex';
import { noteExtraIds } from '../../../db/comparisons/differences';
import { countMirrorRows } from '../../../db/mirror/mirror-table';
import { BEFORE_ALL_IDS, findUnseenRows, unseenBindings, unseenRows, type Reading } from '../../../db/mirror/sweep';
import { massDeleteNeedsApproval } from '../../../domain/mirror/mass-delete-guard';
import { MODIFIED_TIME_FIELD } from '../../../domain/mirror/mirror-field';
import type { ChunkRange } from '../../../domain/runs/chunk-numbers';
import { LIMITS } from '../../../domain/zoho-limits';
import type { SyncTarget } from '../../../temporal/contract/targets';
import { listRecords } from '../../../zoho/records/list-records';
import type { ActivityDependencies } from '../../dependencies';
import { withZoho, type ZohoWork } from '../../with-zoho';
import { listDeletes } from '../deletes';
import { Leg } from '../leg';
import { loadMirror, type LoadedMirror } from '../load-mirror';
import { convertedParameter } from '../scan/list-pages';
import { pageReader } from '../scan/page-rows';

export interface ExtraRowsRequest extends SyncTarget {
  /** Zoho's time when the session began to read. ISO 8601. */
  began: string;
  deletesFollowedUntil: string | null;
  /** Chunks that hold the ids that were seen. */
  seenIn: ChunkRange;
  /** Id up to which an earlier leg has asked; absent from the first one. */
  after?: string;
}

export interface ExtraRows {
  /** Rows that were not asked for, since so many at once may be a lost permission. */
  unasked: number;
  /** Set where the leg ended before all were asked for: the id after which the next one goes on. */
  after?: string;
}

/**
 * Finds the rows that no page has shown, no list of deletes names, and Zoho does not know when it is asked for them by
 * id; a credit for 100. Removes nothing. Idempotent.
 */
export async function findExtraRows(
  deps: ActivityDependencies,
  request: ExtraRowsRequest,
  leg = new Leg(),
): Promise<ExtraRows> {
  const { knex } = deps;
  const { sessionId, seenIn: chunks } = request;
  const mirror = await loadMirror(deps, request);
  const reading = { sessionId, chunks };
  return withZoho(deps, request, async (zoho) => {
    if (request.after === undefined) {
      const unseen = await countUnseen(knex, mirror, reading);
      if (massDeleteNeedsApproval(unseen, await countMirrorRows(knex, mirror))) return { unasked: unseen };
    }
    const { deleted } = await listDeletes(zoho, request.module, request.deletesFollowedUntil ?? request.began);
    const listed = new Set(deleted.map(({ id }) => id));
    for (let after = request.after ?? BEFORE_ALL_IDS; ;) {
      const ids = await findUnseenRows(knex, mirror, reading, after, LIMITS.listPage.ids);
      const last = ids.at(-1);
      if (last === undefined) return { unasked: 0 };
      after = last;
      const extra = await unknownAmong(
        zoho,
        mirror,
        ids.filter((id) => /^[1-9]/.test(id) && !listed.has(id)),
      );
      await noteExtraIds(knex, mirror, { sessionId, asOf: new Date(request.began), ids: extra });
      leg.noteCall();
      zoho.report({ askingForRowsOf: request.module, after });
      if (leg.isOver) return { unasked: 0, after };
    }
  });
}

async function countUnseen(knex: Knex, mirror: LoadedMirror, reading: Reading): Promise<number> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local statement_timeout = 0; set local work_mem = '128MB'; set local enable_nestloop = off`);
    const answer = await trx.raw<{ rows: { count: string }[] }>(
      `${unseenRows(mirror)} select count(*) from unseen`,
      unseenBindings(mirror, reading),
    );
    return Number(answer.rows[0]?.count ?? 0);
  });
}

async function unknownAmong(zoho: ZohoWork, mirror: LoadedMirror, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const time = mirror.fields.filter(({ apiName }) => apiName === MODIFIED_TIME_FIELD);
  const reader = pageReader(zoho, mirror.module, time.length > 0 ? time : mirror.fields.slice(0, 1));
  const query = { fields: reader.listFields, ids, ...convertedParameter(mirror.module) };
  const answer = await listRecords(zoho.transport, mirror.module, query, zoho.options);
  const there = new Set((await reader.read(answer.body, 0)).listed);
  return ids.filter((id) => !there.has(id));
}
