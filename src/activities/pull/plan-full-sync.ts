import { readCreditWindow } from '../../db/credits/credit-window';
import { isMirrorEmpty } from '../../db/mirror/mirror-table';
import { anyQuarantined } from '../../db/mirror/quarantine';
import { getWatermark } from '../../db/sessions/watermarks';
import { creditsLeft } from '../../domain/credits/credit-window';
import { MODIFIED_TIME_FIELD, notExported, type MirrorField } from '../../domain/mirror/mirror-field';
import { earliestNow } from '../../domain/mirror/zoho-clock';
import { exportColumns } from '../../domain/planning/export-columns';
import { spendableCredits } from '../../domain/planning/plan';
import { planSyncRead } from '../../domain/planning/sync-plan';
import type { Comparison, ReadPath } from '../../domain/runs/enums';
import { LIMITS } from '../../domain/zoho-limits';
import type { FullSyncPlan } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import { countRecords } from '../../zoho/records/count-records';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { planComparison } from './comparison/plan-comparison';
import { isSelected } from './load-mirror';
import { prepareModule } from './prepare-module';
import { convertedParameter, leavesOutConverted } from './scan/list-pages';
import { timedAnswer } from './timed-answer';

export interface FullSyncPlanRequest extends SyncTarget {
  path?: ReadPath;
  /** `values` without it, as in histories of earlier versions. */
  compare?: Comparison;
}

/**
 * Asks Zoho about the module, maps its fields, brings the mirror table up to them and chooses how to read.
 * Idempotent: a repeated call finds table and mapping as they should be.
 */
export async function planFullSync(deps: ActivityDependencies, request: FullSyncPlanRequest): Promise<FullSyncPlan> {
  return withZoho(deps, request, async (zoho) => {
    const [prepared, { answer: counted, clocks }] = await prepareModule(deps, zoho, request, (module) =>
      timedAnswer(() => countRecords(zoho.transport, module, convertedParameter(module), zoho.options)),
    );
    const { key, module } = prepared;
    const selected = prepared.fields.filter((field) => isSelected(field.apiName, request.fields));
    const refused = selected.filter((field) => !field.bulkReadable);
    const cut = selected.filter((field) => field.cutInLists);
    const hasModifiedTime = selected.some((field) => field.apiName === MODIFIED_TIME_FIELD);
    const account = await readCreditWindow(deps.knex, request.connectionId);
    const question = {
      module,
      rows: counted.count,
      fields: selected.length,
      fieldsNotInBulk: refused.length,
      textsCutInLists: cut.length > 0,
      hasModifiedTime,
      latencyMs: zoho.meanLatencyMs(),
      creditsLeft: account && creditsLeft(account.window),
    };
    const plan = planSyncRead(question, request.path);
    const mark = await getWatermark(deps.knex, request.connectionId, key);
    // Records that are in quarantine only can have vanished, too.
    const mirrorWasEmpty = (await isMirrorEmpty(deps.knex, prepared)) && !(await anyQuarantined(deps.knex, prepared));
    const { leftOut = [], ...comparison } = await planComparison(deps, zoho, {
      prepared,
      path: plan.path,
      rows: counted.count,
      isEmpty: mirrorWasEmpty,
      depth: request.compare ?? 'values',
      fields: request.fields,
      mark,
    });
    return {
      ...plan,
      module,
      expectedRows: counted.count,
      lowWatermark: earliestNow(clocks).toISOString(),
      mirrorWasEmpty,
      deletesFollowedUntil: mark?.deletesUntil?.toISOString() ?? null,
      fields: selected.length,
      hasModifiedTime,
      notExported: notExported(selected),
      ...comparison,
      affordable: plan.credits <= spendableCredits(question),
      leavesOutConverted: leavesOutConverted(module, plan.path),
      warnings: [...prepared.warnings, ...describeLeftOut(leftOut), ...warningsOf(module, selected, plan.path)],
    };
  });
}

function describeLeftOut(fields: readonly string[]): string[] {
  if (fields.length === 0) return [];
  return [
    `${fields.join(', ')} changes by itself in most rows: its column is only right after a comparison of every value, as once a week.`,
  ];
}

function warningsOf(module: string, selected: readonly MirrorField[], path: ReadPath): string[] {
  const refused = selected.filter((field) => !field.bulkReadable).map(({ apiName }) => apiName);
  const cut = selected.filter((field) => field.cutInLists).map(({ apiName }) => apiName);
  const hasModifiedTime = selected.some((field) => field.apiName === MODIFIED_TIME_FIELD);
  return [
    ...(path === 'bulk' && refused.length > 0
      ? [`Bulk read cannot export ${refused.join(', ')}; their columns keep what they have.`]
      : []),
    ...(path === 'bulk' ? describeExport(selected) : []),
    ...(cut.length > 0
      ? [
          `Lists cut the rich texts of ${cut.join(', ')}: whole ones are asked for by further calls, one for every ${LIMITS.listPage.ids} records that have any.`,
        ]
      : []),
    ...(hasModifiedTime
      ? []
      : [`${module} has no Modified_Time: rows that change while it is read are found by the next full sync.`]),
  ];
}

function describeExport(fields: readonly MirrorField[]): string[] {
  const { withoutNames } = exportColumns(fields);
  if (withoutNames.length === 0) return [];
  return [
    `An export has no room for the names behind ${withoutNames.join(', ')}: they come from the mirrors of the modules these point to.`,
  ];
}
