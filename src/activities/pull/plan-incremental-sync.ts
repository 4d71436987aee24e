import { areFieldsDue } from '../../db/mirror/metadata-age';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { MirrorIdentity } from '../../db/mirror/mirrors';
import { loadFields } from '../../db/mirror/module-fields';
import { requestNamesCheck } from '../../db/mirror/names/check-names';
import { findDueRecords } from '../../db/mirror/quarantine';
import { isCountDue } from '../../db/mirror/row-counts';
import type { WatermarkModel } from '../../db/models/watermark';
import { getReadingStart, getWatermark } from '../../db/sessions/watermarks';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { IncrementalSyncPlan } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { findIdentity, isSelected, wholeMirror } from './load-mirror';
import { joinModule, prepareModule } from './prepare-module';
import { MAX_RETRIED_RECORDS } from './retry-quarantined';

const HOUR_MS = 3_600_000;

export interface IncrementalPlanRequest extends SyncTarget {
  /** Zoho's time to read from, if it lies before the watermark. ISO 8601. */
  since?: string;
  /** Hours before the watermark that are read once more, as by night; all names of lookups are checked then. */
  lookBackHours?: number;
  /** Read the module's metadata, however young what is known of it is. */
  readsMetadata?: boolean;
}

/** A module whose changes can be read. */
interface ReadableModule {
  mirror: Pick<MirrorModule, 'connectionId' | 'key' | 'module' | 'schema' | 'table' | 'fields'>;
  warnings: string[];
}

/**
 * Finds where earlier sessions stopped. Asks Zoho only for what is due of its metadata, and brings the mirror table up to
 * the fields then. Idempotent. No credit as a rule; 3 where the fields are read, which the housekeeping sees to
 * once it has listed the modules.
 * @throws watermark.missing, module.no_modified_time: a full sync is what helps; module.not_mirrorable
 */
export async function planIncrementalSync(
  deps: ActivityDependencies,
  request: IncrementalPlanRequest,
): Promise<IncrementalSyncPlan> {
  const { connectionId, lookBackHours = 0, since } = request;
  const identity = await findIdentity(deps, request);
  await watermarkOf(deps, request, identity?.key ?? request.module);
  const { mirror, warnings } = await readModule(deps, request, identity);
  const { key, module } = mirror;
  // The table may be a new one, of a module that took the name or because somebody dropped the old one.
  const start = await getReadingStart(deps.knex, await watermarkOf(deps, request, key));
  const selected = mirror.fields.filter((field) => isSelected(field.apiName, request.fields));
  if (!selected.some((field) => field.apiName === MODIFIED_TIME_FIELD)) {
    throw permanentFailure(
      FAILURES.module.noModifiedTime,
      `${module} has no Modified_Time, so Zoho cannot tell what changed. Run a full sync instead.`,
    );
  }
  const unfilled = (await loadFields(deps.knex, connectionId, key)).filter(
    (field) => field.status === 'active' && !field.filled && isSelected(field.apiName, request.fields),
  );
  if (lookBackHours > 0) await requestNamesCheck(deps.knex, mirror);
  // Some fields of a record cannot tell whether all of them fit.
  const due = request.fields ? [] : await findDueRecords(deps.knex, mirror, MAX_RETRIED_RECORDS);
  return {
    module,
    changesSince: earlier(start.changes, lookBackHours, since),
    deletesSince: earlier(start.deletes, lookBackHours, since),
    fields: selected.length,
    dueRecords: due.length,
    countDue: lookBackHours > 0 || (await isCountDue(deps.knex, mirror)),
    warnings: [
      ...warnings,
      ...(unfilled.length > 0
        ? [
            `No full sync has read ${unfilled.map((field) => field.apiName).join(', ')}: only rows that change now get their values.`,
          ]
        : []),
    ],
  };
}

/** The module as the last sync knew it, or as Zoho says where that is due. */
async function readModule(
  deps: ActivityDependencies,
  request: IncrementalPlanRequest,
  identity: MirrorIdentity | undefined,
): Promise<ReadableModule> {
  const isDue =
    request.readsMetadata || (await areFieldsDue(deps.knex, { ...request, key: identity?.key ?? request.module }));
  if (isDue || !identity) {
    const [prepared] = await withZoho(deps, request, (zoho) =>
      prepareModule(deps, zoho, request, async () => undefined),
    );
    return { mirror: prepared, warnings: prepared.warnings };
  }
  const { key, apiName } = identity;
  await joinModule(deps, request.sessionId, key);
  return { mirror: await wholeMirror(deps, { ...request, module: apiName }), warnings: [] };
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
function earlier(mark: Date, lookBackHours: number, since: string | undefined): string {
  const times = [mark.getTime() - lookBackHours * HOUR_MS, ...(since === undefined ? [] : [Date.parse(since)])];
  return new Date(Math.max(0, Math.min(...times))).toISOString();
}
