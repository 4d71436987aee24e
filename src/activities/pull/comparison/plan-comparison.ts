import { countMirrorRows } from '../../../db/mirror/mirror-table';
import { loadFields, type KnownField } from '../../../db/mirror/module-fields';
import { isNamedElsewhere, namedReferences, readNameSources } from '../../../db/mirror/names/name-sources';
import type { WatermarkModel } from '../../../db/models/watermark';
import { getReadingStart } from '../../../db/sessions/watermarks';
import type { MirrorField } from '../../../domain/mirror/mirror-field';
import { readFrom } from '../../../domain/mirror/watermark';
import { comparedFields } from '../../../domain/planning/compared-fields';
import { exportColumns } from '../../../domain/planning/export-columns';
import { planRead } from '../../../domain/planning/read-methods';
import type { Comparison, ReadPath } from '../../../domain/runs/enums';
import type { FullSyncPlan } from '../../../temporal/contract/results';
import type { ActivityDependencies } from '../../dependencies';
import type { ZohoWork } from '../../with-zoho';
import { countChanges } from '../count-changes';
import { isSelected } from '../load-mirror';
import type { PreparedModule } from '../prepare-module';

interface ModuleToCompare {
  prepared: PreparedModule;
  path: ReadPath;
  /** Rows of the module, by Zoho's count. */
  rows: number;
  isEmpty: boolean;
  /** Depth that was asked for. */
  depth: Comparison;
  /** API names that the session reads; all without it. */
  fields: readonly string[] | undefined;
  mark: WatermarkModel | undefined;
}

interface PlannedComparison extends Pick<FullSyncPlan, 'compare' | 'promisedUntil' | 'comparedFields'> {
  /** API names of fields that are not compared although they change without the time. */
  leftOut?: string[];
}

/**
 * Decides how a session finds what differs. By pages it compares every value, since they have them in any case. By
 * exports it may trust times, and then exports no more than tells what differs, unless so much has changed that the
 * whole export which follows is the cheaper one. Up to 1 credit.
 */
export async function planComparison(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  module: ModuleToCompare,
): Promise<PlannedComparison> {
  const { mark, path, isEmpty } = module;
  const compare = path === 'list' && !isEmpty ? 'values' : module.depth;
  const promisedUntil = mark ? readFrom((await getReadingStart(deps.knex, mark)).changes) : null;
  const plan = { compare, promisedUntil };
  if (isEmpty || compare === 'values') return plan;
  const known = await loadFields(deps.knex, module.prepared.connectionId, module.prepared.key);
  const active = known.filter(({ apiName, status }) => status === 'active' && isSelected(apiName, module.fields));
  const compared = comparedFields(await asCompared(deps, module.prepared, active));
  if (!compared || (await isFarBehind(deps, zoho, module, promisedUntil))) return plan;
  const leftOut = active.filter(({ isVolatile }) => isVolatile).map(({ apiName }) => apiName);
  return { ...plan, comparedFields: compared, leftOut };
}

/**
 * Tells which fields a comparison of times looks at. A lookup whose name nothing here follows shows it in exports: it
 * changes without the time of the row. A field that changes in every row by itself would have all of them written.
 */
async function asCompared(
  { knex }: ActivityDependencies,
  prepared: PreparedModule,
  fields: readonly KnownField[],
): Promise<KnownField[]> {
  const sources = await readNameSources(knex, prepared);
  const { withoutNames } = exportColumns(fields);
  const named = new Set(
    namedReferences({ fields })
      .filter((field) => field.bulkNameReadable && !isNamedElsewhere(field, sources))
      .map(({ apiName }) => apiName)
      .filter((name) => !withoutNames.includes(name)),
  );
  return fields.map((field) => ({
    ...field,
    changesWithoutModifiedTime: named.has(field.apiName) || (field.changesWithoutModifiedTime && !field.isVolatile),
  }));
}

async function isFarBehind(
  { knex }: ActivityDependencies,
  zoho: ZohoWork,
  { prepared, rows }: ModuleToCompare,
  promisedUntil: string | null,
): Promise<boolean> {
  const [mirrorRows, changed] = await Promise.all([
    countMirrorRows(knex, prepared),
    promisedUntil === null ? undefined : countChanges(zoho, prepared.module, promisedUntil),
  ]);
  // Without a count by criteria the counts of both sides have to do.
  return costsMoreThanWhole(zoho, prepared, rows, Math.max(changed?.rows ?? 0, rows - mirrorRows));
}

/** Whether exporting the whole module costs less than asking for so many of its records by id. */
export function costsMoreThanWhole(
  zoho: ZohoWork,
  { module, fields }: { module: string; fields: readonly (MirrorField & Partial<Pick<KnownField, 'filled'>>)[] },
  rows: number,
  wanted: number,
): boolean {
  if (wanted <= 0) return false;
  const { name } = planRead(
    {
      module,
      goal: 'records',
      rows,
      wantedRows: wanted,
      fields: fields.length,
      fieldsNotInBulk: fields.filter((field) => field.filled && !field.bulkReadable).length,
      fieldsNotInCoql: 0,
      hasModifiedTime: true,
      latencyMs: zoho.meanLatencyMs(),
    },
    ['ids', 'bulk'],
  );
  return name !== 'ids';
}
