import { z } from 'zod';
import { CopyPages } from '../../db/mirror/copy/copy-page';
import { copyPagesSource } from '../../db/mirror/load/chunk-sources';
import { loadChunk } from '../../db/mirror/load/load-chunk';
import type { PartialRead } from '../../db/mirror/load/merge-rule';
import { countMirrorRows } from '../../db/mirror/mirror-table';
import { markFilled, type KnownField } from '../../db/mirror/module-fields';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { exportCredits } from '../../domain/planning/read-methods';
import { CHOSEN_CHUNKS, ChunkCounter } from '../../domain/runs/chunk-numbers';
import { coqlCredits, LIMITS } from '../../domain/zoho-limits';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import { ZohoError } from '../../zoho/errors/errors';
import { selectRecords } from '../../zoho/query/coql-query';
import { and, compare, type Comparison } from '../../zoho/query/criteria';
import type { CriteriaType } from '../../zoho/query/criteria-types';
import type { ActivityDependencies } from '../dependencies';
import { Leg, UNFINISHED, type Unfinished } from '../pull/leg';
import { loadMirror, type LoadedMirror } from '../pull/load-mirror';
import { timedAnswer } from '../pull/timed-answer';
import { withZoho, type ZohoWork } from '../with-zoho';
import { FILLABLE_TYPES } from './fillable-types';

export interface FilledColumns extends SessionSums {
  /** API names of the fields whose values come with the next comparison. */
  left: string[];
}

/** Most new columns hold next to nothing: their first records cost one credit, and often there are no others. */
const FIRST_ROWS = LIMITS.coql.rowsWithoutLimit;

/** Rows are not read anew by it: the next column of theirs is read within the same second. */
const ONE_COLUMN: PartialRead = { hasEverySilentField: false };

/** Place of the work: a field, and the last of its records that was read. */
const Position = z.object({ fieldId: z.string(), after: z.string().nullable(), credits: z.number() });
type Position = z.infer<typeof Position>;

/** Categories of refusals that are about the query or the grant, and would come again. */
const REFUSALS: ReadonlySet<string> = new Set(['validation', 'permission', 'request_bug', 'not_found']);

/**
 * Fills new columns of a mirror: asks for the records that have a value, in order of id, and patches them. A field that
 * Zoho cannot be asked for so, or whose values would cost more than an export of the module, is left to the next
 * comparison, which reads it in any case. One credit for a field without values. Resumable and idempotent.
 * @param target `fields`: those to fill
 */
export async function fillColumns(
  deps: ActivityDependencies,
  target: SyncTarget,
  leg = new Leg(),
): Promise<FilledColumns | Unfinished> {
  const mirror = await loadMirror(deps, target);
  return withZoho(
    deps,
    target,
    async (zoho) => {
      const filling = await Filling.begin(deps, zoho, mirror, target.sessionId);
      const unfilled = mirror.fields.filter(({ apiName, filled }) => !filled && apiName !== MODIFIED_TIME_FIELD);
      const left: string[] = [];
      for (const field of unfilled) {
        const outcome = filling.isDecided(field) ? 'left' : await filling.fill(field, leg);
        if (outcome === 'unfinished') return UNFINISHED;
        if (outcome === 'left') left.push(field.apiName);
      }
      return { ...(await sumChunks(deps.knex, target.sessionId)), left };
    },
    'incremental',
  );
}

class Filling {
  readonly #deps: ActivityDependencies;
  readonly #zoho: ZohoWork;
  readonly #mirror: LoadedMirror;
  readonly #sessionId: string;
  readonly #chunks: ChunkCounter;
  /** Credits for which the whole module is exported. */
  readonly #most: number;
  #position: Position | undefined;

  private constructor(
    deps: ActivityDependencies,
    zoho: ZohoWork,
    mirror: LoadedMirror,
    state: { sessionId: string; chunks: ChunkCounter; most: number; position: Position | undefined },
  ) {
    this.#deps = deps;
    this.#zoho = zoho;
    this.#mirror = mirror;
    this.#sessionId = state.sessionId;
    this.#chunks = state.chunks;
    this.#most = state.most;
    this.#position = state.position;
  }

  static async begin(
    deps: ActivityDependencies,
    zoho: ZohoWork,
    mirror: LoadedMirror,
    sessionId: string,
  ): Promise<Filling> {
    const last = await findLastChunk(deps.knex, sessionId, CHOSEN_CHUNKS);
    return new Filling(deps, zoho, mirror, {
      sessionId,
      chunks: new ChunkCounter(CHOSEN_CHUNKS, last?.chunkNumber),
      most: exportCredits(await countMirrorRows(deps.knex, mirror)),
      position: last?.cursor ? Position.parse(JSON.parse(last.cursor)) : undefined,
    });
  }

  /** Whether an earlier leg came to a later field: it has left this one, and would pay for that again. */
  isDecided({ fieldId }: KnownField): boolean {
    const place = (id: string) => this.#mirror.fields.findIndex((field) => field.fieldId === id);
    return this.#position !== undefined && place(fieldId) < place(this.#position.fieldId);
  }

  async fill(field: KnownField, leg: Leg): Promise<'filled' | 'left' | 'unfinished'> {
    const time = this.#mirror.fields.find(({ apiName }) => apiName === MODIFIED_TIME_FIELD);
    if (!time || !FILLABLE_TYPES.includes(field.dataType)) return 'left';
    let at: Position =
      this.#position?.fieldId === field.fieldId ? this.#position : { fieldId: field.fieldId, after: null, credits: 0 };
    for (;;) {
      const limit = at.after === null ? FIRST_ROWS : LIMITS.coql.rows;
      const credits = at.credits + coqlCredits(limit);
      if (credits > this.#most) return 'left';
      if (leg.isOver) return 'unfinished';
      leg.noteCall();
      const read = await this.#readPage(field, time, { ...at, credits }, limit);
      if (read === 'refused') return 'left';
      if (!read.hasMore) break;
      at = read.position;
    }
    const { connectionId, key } = this.#mirror;
    await markFilled(this.#deps.knex, connectionId, key, [field], this.#sessionId);
    return 'filled';
  }

  async #readPage(
    field: KnownField,
    time: KnownField,
    at: Position,
    limit: number,
  ): Promise<{ hasMore: boolean; position: Position } | 'refused'> {
    const startedAt = new Date();
    const ask = () => selectRecords(this.#zoho.transport, this.#query(field, at.after, limit), this.#zoho.options);
    const asked = await timedAnswer(ask).catch((error: unknown) => {
      if (error instanceof ZohoError && REFUSALS.has(error.category)) return undefined;
      throw error;
    });
    if (!asked) return 'refused';
    const { answer, asOf } = asked;
    const fields = [time, field];
    const page = new CopyPages(fields, 'text').convert(answer.body);
    const ids = page.ids();
    const position = { ...at, after: ids.at(-1) ?? at.after };
    if (ids.length === 0) return { hasMore: false, position };
    const mirror = { ...this.#mirror, fields };
    await loadChunk(
      this.#deps.knex,
      mirror,
      { sessionId: this.#sessionId, chunkNumber: this.#chunks.next(), kind: 'refetch' },
      copyPagesSource(mirror, fields, [page], this.#zoho.signal),
      {
        asOf,
        compareValues: true,
        partialRead: ONE_COLUMN,
        trackRecords: true,
        keepSeenIds: false,
        cursor: JSON.stringify(position),
        bytes: answer.body?.length ?? 0,
        startedAt,
      },
    );
    this.#zoho.report({ filling: field.apiName, after: position.after });
    return { hasMore: answer.moreRecords && position.after !== at.after, position };
  }

  #query({ apiName, dataType }: KnownField, after: string | null, limit: number) {
    const hasValue: Comparison = {
      field: apiName,
      type: dataType as CriteriaType,
      operator: 'is_not_null',
      values: [],
    };
    return {
      select: [MODIFIED_TIME_FIELD, apiName],
      from: this.#mirror.module,
      where: after === null ? hasValue : and(hasValue, compare('id', 'id', 'greater_than', after)),
      orderBy: [{ field: 'id' }],
      limit,
    };
  }
}
