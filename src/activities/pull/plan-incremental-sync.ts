import { loadFields } from '../../db/mirror/module-fields';
import { findDueRecords } from '../../db/mirror/quarantine';
import type { WatermarkModel } from '../../db/models/watermark';
import { getReadingStart, getWatermark } from '../../db/sessions/watermarks';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { IncrementalSyncPlan } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { findIdentity, isSelected } from './load-mirror';
import { prepareModule } from './prepare-module';
import { MAX_RETRIED_RECORDS } from './retry-quarantined';

export interface IncrementalPlanRequest extends SyncTarget {
  /** Zoho's time to read from, if it lies before the watermark. ISO 8601. */
  since?: string;
}

/**
 * Asks Zoho about the module, brings the mirror table up to its fields, and finds where earlier sessions stopped.
 * Idempotent. 3 credits.
 * @throws watermark.missing, module.no_modified_time: a full sync is what helps; module.not_mirrorable
 */
export async function planIncrementalSync(
  deps: ActivityDependencies,
  request: IncrementalPlanRequest,
): Promise<IncrementalSyncPlan> {
  const { connectionId, since } = request;
  const identity = await findIdentity(deps, request);
  await watermarkOf(deps, request, identity?.key ?? request.module);
  return withZoho(deps, request, async (zoho) => {
    const [prepared] = await prepareModule(deps, zoho, request, async () => undefined);
    const { key, module } = prepared;
    // The table may be a new one, of a module that took the name or because somebody dropped the old one.
    const start = await getReadingStart(deps.knex, await watermarkOf(deps, request, key));
    const selected = prepared.fields.filter((field) => isSelected(field.apiName, request.fields));
    if (!selected.some((field) => field.apiName === MODIFIED_TIME_FIELD)) {
      throw permanentFailure(
        FAILURES.module.noModifiedTime,
        `${module} has no Modified_Time, so Zoho cannot tell what changed. Run a full sync instead.`,
      );
    }
    const unfilled = (await loadFields(deps.knex, connectionId, key)).filter(
      (field) => field.status === 'active' && !field.filled && isSelected(field.apiName, request.fields),
    );
    // Some fields of a record cannot tell whether all of them fit.
    const due = request.fields ? [] : await findDueRecords(deps.knex, prepared, MAX_RETRIED_RECORDS);
    return {
      module,
      changesSince: earlier(start.changes, since),
      deletesSince: earlier(start.deletes, since),
      fields: selected.length,
      dueRecords: due.length,
      warnings: [
        ...prepared.warnings,
        ...(unfilled.length > 0
          ? [
              `No full sync has read ${unfilled.map((field) => field.apiName).join(', ')}: only rows that change now get their values.`,
            ]
          : []),
      ],
    };
  });
}

/** @throws watermark.missing */
async function watermarkOf(
  { knex }: ActivityDependencies,
  { connectionId, module }: SyncTarget,
  key: string,
): Promise<WatermarkModel> {
  const mark = await getWatermark(knex, connectionId, key);
  if (mark) return mark;
  throw permanentFailure(
    FAILURES.watermark.missing,
    `${module} has no completed full sync that changes could be added to. Run a full sync first.`,
  );
}

/** Reading earlier than needed is harmless; reading later would leave a gap. Nothing was modified before 1970. */
function earlier(mark: Date, since: string | undefined): string {
  const times = [mark.getTime(), ...(since === undefined ? [] : [Date.parse(since)])];
  return new Date(Math.max(0, Math.min(...times))).toISOString();
}
