import { readCreditWindow } from '../../db/credits/credit-window';
import { countMirrorRows } from '../../db/mirror/mirror-table';
import { requestNamesCheck } from '../../db/mirror/names/check-names';
import { findLastChunk, sumChunks } from '../../db/sessions/chunks';
import { creditsLeft } from '../../domain/credits/credit-window';
import { isUserLookup, notExported, type MirrorField } from '../../domain/mirror/mirror-field';
import { readFrom } from '../../domain/mirror/watermark';
import { exportColumns } from '../../domain/planning/export-columns';
import { planRead } from '../../domain/planning/read-methods';
import { scanChunks } from '../../domain/runs/chunk-numbers';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { countChanges } from './count-changes';
import type { Unfinished } from './leg';
import { partialReadOf, type LoadedMirror } from './load-mirror';
import { leavesOutConverted } from './scan/list-pages';
import type { ScanPosition } from './scan/scan-position';

/** Changes that an export brings at less cost than list pages. */
export interface ChangesToExport {
  /** Zoho's time of modification up to which list pages have brought them; ISO 8601. */
  since: string;
  /** Zoho's count of the others. */
  rows: number;
  /** A time on Zoho's clock before the export is ordered: what changes later is read by list pages. ISO 8601. */
  before: string;
  /** See `FullSyncPlan`. */
  notExported: string[];
  /** Rows that list pages have created and updated. */
  created: number;
  updated: number;
}

/** Answer of a first leg of changes that has not read all of them. */
export interface ManyChanges extends Unfinished {
  /** Set where the rest is better exported. */
  toExport?: ChangesToExport;
}

/** Whether an export lacks names of records that lookups point to; those of users are known here. */
function lacksNames(fields: readonly MirrorField[]): boolean {
  const { withoutNames } = exportColumns(fields);
  return fields.some(
    (field) =>
      field.nameColumn !== undefined &&
      !isUserLookup(field) &&
      (!field.bulkNameReadable || withoutNames.includes(field.apiName)),
  );
}

/**
 * Counts the changes that list pages have not brought yet, and weighs the pages that are left against an export. An export
 * has to have every field that the mirror has, and every record. 1 credit.
 */
export async function weighChanges(
  { knex }: ActivityDependencies,
  zoho: ZohoWork,
  mirror: LoadedMirror,
  { sessionId, since, firstChunk }: { sessionId: string; since: string; firstChunk: number },
): Promise<ChangesToExport | undefined> {
  const { connectionId, fields, module } = mirror;
  if (partialReadOf(mirror, 'bulk') || leavesOutConverted(module, 'bulk')) return undefined;
  const range = scanChunks(firstChunk);
  const { cursor } = (await findLastChunk(knex, sessionId, range)) ?? {};
  const position = cursor ? (JSON.parse(cursor) as ScanPosition) : undefined;
  const reached = position?.tokensOnly ? undefined : position?.modifiedSince;
  const from = reached ?? readFrom(since);
  const counted = await countChanges(zoho, module, from);
  if (!counted) return undefined;
  const account = await readCreditWindow(knex, connectionId);
  const { name } = planRead(
    {
      module,
      goal: 'changes',
      rows: Math.max(counted.rows, await countMirrorRows(knex, mirror)),
      wantedRows: counted.rows,
      fields: fields.length,
      fieldsNotInBulk: 0,
      fieldsNotInCoql: 0,
      textsCutInLists: fields.some(({ cutInLists }) => cutInLists),
      hasModifiedTime: true,
      latencyMs: zoho.meanLatencyMs(),
      creditsLeft: account && creditsLeft(account.window),
    },
    ['list_modified', 'bulk_modified'],
  );
  if (name !== 'bulk_modified') return undefined;
  if (lacksNames(fields)) await requestNamesCheck(knex, mirror);
  const { created, updated } = await sumChunks(knex, sessionId, range);
  return {
    since: from,
    rows: counted.rows,
    before: counted.asOf.toISOString(),
    notExported: notExported(fields),
    created,
    updated,
  };
}
