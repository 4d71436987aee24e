// For reads beyond the reach of COQL's OFFSET; no process of the engine needs it yet.
import { z } from 'zod';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug, unexpectedAnswer } from '../errors/errors';
import { decode } from '../http/decode';
import { parseAnswer } from '../http/response';
import type { CallOptions, ZohoTransport } from '../http/transport';
import type { RecordPage } from '../records/record-page';
import { type CoqlQuery, selectRecords } from './coql-query';
import { and, compare, type Comparison, type RecordCriteria, or } from './criteria';

/** Cursor of a keyset scan: behind the record with this id among those modified in this second. */
export interface KeysetCursor {
  /** ISO 8601 with offset, as Zoho wrote it. */
  modifiedTime: string;
  id: string;
}

export interface KeysetPage extends RecordPage {
  body: Buffer;
  /** Cursor behind the last record of the page: pass it as `after` to continue, today or next week. */
  cursor: KeysetCursor;
}

export interface KeysetQuery extends Pick<CoqlQuery, 'from' | 'where'> {
  /** Columns as of `CoqlQuery`; `Modified_Time` is added, `id` comes back anyway. */
  select: readonly string[];
  /** First second of the range, included: ISO 8601 with offset, whole seconds. From the beginning without it. */
  modifiedFrom?: string | undefined;
  /** End of the range, excluded. A second that was over at Zoho, with its stragglers, before the scan begins. */
  modifiedUntil: string;
  /** Cursor at which an earlier scan of the same range stopped. */
  after?: KeysetCursor | undefined;
  /** Rows of a page, 1 to 2,000; 2,000 without it. */
  perPage?: number | undefined;
  maxColumns?: number | undefined;
}

const MODIFIED_TIME = 'Modified_Time';
const Rows = z.object({ data: z.array(z.object({ id: z.string(), [MODIFIED_TIME]: z.string() })) });

/**
 * Scans the records modified within a range of time, oldest first, in pages of COQL without offset or token: it has no
 * limit of records, nothing expires, and it can resume from any page. 1 to 3 credits a page.
 *
 * Pages are ordered by (Modified_Time, id), so any number of records may share a second. What is promised:
 * - A record that lies in the range when the scan begins and is left alone until it ends comes exactly once.
 * - A record changed meanwhile moves to the time of its change, which lies past `modifiedUntil`: it comes once if the
 *   scan had passed it before, else not at all, and the next scan, from this one's `modifiedUntil`, brings it. The same
 *   holds for one that comes to match `where`, or no longer does. So consecutive ranges together miss no change.
 * - Not seen: deletes (`listDeleted`), and changes that leave Modified_Time alone (formulas, roll-ups).
 *
 * This rests on nothing entering the range late, hence the demand on `modifiedUntil`: subtract a lag of some seconds
 * from Zoho's clock. Converted leads are left out by Zoho.
 *
 * @throws ZohoError `request_bug` before the first call for more conditions than COQL takes (4 are the scan's own);
 *   `validation` INVALID_QUERY for a module without Modified_Time; the categories of `selectRecords`.
 */
export async function* keysetPages(
  transport: ZohoTransport,
  query: KeysetQuery,
  options?: CallOptions,
): AsyncGenerator<KeysetPage, void, undefined> {
  const { from, perPage = LIMITS.coql.rows, maxColumns } = query;
  const label: CallLabel = { operation: 'query_records', module: from };
  const select = [...new Set([MODIFIED_TIME, ...query.select])];
  if (select.length > (maxColumns ?? LIMITS.coql.columns)) {
    throw requestBug(
      label,
      `${select.length} columns are named with Modified_Time, and Zoho takes ${maxColumns ?? LIMITS.coql.columns}`,
    );
  }
  const orderBy = [{ field: MODIFIED_TIME }, { field: 'id' }];
  let { after } = query;
  for (;;) {
    const where = whereOf(query, after);
    const page = await selectRecords(transport, { select, from, where, orderBy, limit: perPage, maxColumns }, options);
    if (page.body === null) return;
    const cursor = lastInOrder(label, page.body, after);
    yield { ...page, body: page.body, cursor };
    if (!page.moreRecords) return;
    after = cursor;
  }
}

function whereOf({ where, modifiedFrom, modifiedUntil }: KeysetQuery, after: KeysetCursor | undefined): RecordCriteria {
  return and(
    modified('less_than', modifiedUntil),
    ...(after
      ? [
          modified('greater_equal', after.modifiedTime),
          or(modified('greater_than', after.modifiedTime), compare('id', 'id', 'greater_than', after.id)),
        ]
      : modifiedFrom === undefined
        ? []
        : [modified('greater_equal', modifiedFrom)]),
    ...(where ? [where] : []),
  );
}

function modified(operator: 'less_than' | 'greater_equal' | 'greater_than', time: string): Comparison {
  return compare(MODIFIED_TIME, 'datetime', operator, time);
}

/**
 * The last record of a page, all of which lie behind the one before: a server that does not order would be asked for the
 * same page forever, or pass records over.
 */
function lastInOrder(label: CallLabel, body: Buffer, after: KeysetCursor | undefined): KeysetCursor {
  const { data } = decode(Rows, parseAnswer(label, 200, body), label, 200);
  let reached = after;
  for (const { id, [MODIFIED_TIME]: modifiedTime } of data) {
    const cursor = { modifiedTime, id };
    if (reached && !isBehind(cursor, reached)) throw unexpectedAnswer(label, 200, 'order by Modified_Time and id');
    reached = cursor;
  }
  if (data.length === 0 || !reached) throw unexpectedAnswer(label, 200, 'record');
  return reached;
}

function isBehind(cursor: KeysetCursor, before: KeysetCursor): boolean {
  const difference = Date.parse(cursor.modifiedTime) - Date.parse(before.modifiedTime);
  return difference > 0 || (difference === 0 && BigInt(cursor.id) > BigInt(before.id));
}
