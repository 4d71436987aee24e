import { getConnection, saveOrganization } from '../db/connections';
import { findApiLimits, saveApiLimits } from '../db/credit-broker/api-limits';
import { loadFields, renamedColumns, saveFields } from '../db/mirror/module-fields';
import { isMirrorEmpty, prepareMirrorTable } from '../db/mirror/mirror-table';
import { mirrorColumns, tableNameOf, type MirrorModule } from '../db/mirror/mirror-module';
import { getWatermark } from '../db/watermarks';
import { saveUsers } from '../db/crm-users';
import { limitsOfEdition } from '../domain/api-limits';
import type { ReadPath } from '../domain/enums';
import { mapFields, type ColumnType, type FieldMetadata, type MirrorField } from '../domain/mirror-field';
import { planForced, planRead, type ReadPlan } from '../domain/read-plan';
import { countRecords, getFields, getModule, getOrg, listUsers, type ZohoField } from '../zoho';
import type { ActivityDependencies, SyncTarget } from './dependencies';
import { FAILURES, permanentFailure } from './failures';
import { convertedParameter, leavesOutConverted } from './converted-leads';
import { isSelected } from './mirror-of';
import { withZoho, type ZohoWork } from './zoho-work';

export interface PlanRequest extends SyncTarget {
  path?: ReadPath;
}

/** What a full sync sets out to do. Small and JSON: it stands in the workflow's history. */
export interface FullSyncPlan extends ReadPlan {
  expectedRows: number;
  /** Zoho's time before anything was read: changes after it are read again at the end. ISO 8601. */
  lowWatermark: string;
  /** Nothing can have vanished from a mirror that was empty. */
  mirrorWasEmpty: boolean;
  /** Until when earlier sessions followed Zoho's deletes; null if none did. */
  deletesFollowedUntil: string | null;
  fields: number;
  hasModifiedTime: boolean;
  /** The path does not show converted records: they are read by list pages after the rest. */
  leavesOutConverted: boolean;
  /** Things a person should know before reading the result. */
  warnings: string[];
}

/**
 * Asks Zoho about the module, maps its fields, brings the mirror table up to them and chooses how to read.
 * Idempotent: a repeated call finds table and mapping as they should be.
 */
export async function planFullSync(deps: ActivityDependencies, request: PlanRequest): Promise<FullSyncPlan> {
  return withZoho(deps, request, async (zoho) => {
    const { module } = request;
    const connection = await getConnection(deps.knex, request.connectionId);
    const limits = await findApiLimits(deps.knex, connection.id);
    const needsOrg = connection.orgId === null || limits === undefined || limits.limitsFrom === 'assumed';
    const [about, listed, counted] = await Promise.all([
      getModule(zoho.transport, module, zoho.options),
      getFields(zoho.transport, module, zoho.options),
      countRecords(zoho.transport, module, convertedParameter(module), zoho.options),
      refreshUsers(deps, zoho, request.connectionId),
      needsOrg ? rememberOrg(deps, zoho, connection.id) : undefined,
    ]);
    if (!about.apiSupported) {
      throw permanentFailure(FAILURES.notMirrorable, `Zoho's API does not support the module ${module}.`);
    }
    if (listed.length === 0) {
      throw permanentFailure(
        FAILURES.notMirrorable,
        `Zoho lists no fields for the module ${module}, so there is nothing to mirror. Check the user's field permissions.`,
      );
    }
    const prepared = await prepareMirror(deps, request, connection.mirrorSchema, listed);
    const selected = prepared.fields.filter((field) => isSelected(field.apiName, request.fields));
    const refused = selected.filter((field) => !field.bulkReadable);
    const question = {
      rows: counted.count,
      fields: selected.length,
      fieldsNotInBulk: refused.length,
      latencyMs: zoho.meanLatencyMs(),
    };
    const plan = request.path ? planForced(request.path, question) : planRead(question);
    const mark = await getWatermark(deps.knex, request.connectionId, module);
    const hasModifiedTime = selected.some((field) => field.apiName === 'Modified_Time');
    return {
      ...plan,
      expectedRows: counted.count,
      lowWatermark: counted.serverTime.toISOString(),
      mirrorWasEmpty: await isMirrorEmpty(deps.knex, prepared),
      deletesFollowedUntil: mark?.deletesUntil?.toISOString() ?? null,
      fields: selected.length,
      hasModifiedTime,
      leavesOutConverted: leavesOutConverted(module, plan.path),
      warnings: [
        ...prepared.warnings,
        ...(plan.path === 'bulk' && refused.length > 0
          ? [
              `Bulk read cannot export ${refused.map((field) => field.apiName).join(', ')}; their columns keep what they have.`,
            ]
          : []),
        ...(hasModifiedTime
          ? []
          : [`${module} has no Modified_Time: rows that change while it is read are found by the next full sync.`]),
      ],
    };
  });
}

async function prepareMirror(
  deps: ActivityDependencies,
  request: PlanRequest,
  schema: string,
  listed: readonly ZohoField[],
): Promise<MirrorModule & { warnings: string[] }> {
  const { connectionId, module } = request;
  const earlier = await loadFields(deps.knex, connectionId, module);
  const known = new Map(earlier.map((field) => [field.fieldId, field]));
  const mapped = mapFields(listed.map(toMetadata), known).map((field) => ({
    ...field,
    bulkReadable: field.bulkReadable && (known.get(field.fieldId)?.bulkReadable ?? true),
    bulkNameReadable: field.bulkNameReadable && (known.get(field.fieldId)?.bulkNameReadable ?? true),
  }));
  const mirror: MirrorModule = { connectionId, module, schema, table: tableNameOf(module), fields: mapped };
  const pending = await prepareMirrorTable(deps.knex, mirror, renamedColumns(earlier, mapped));
  const heldBack = new Map(pending.map((change) => [change.column, change.from as ColumnType]));
  // A column that could not change its type keeps it, and so values are still read as that type.
  const fields: MirrorField[] = mapped.map((field) => ({ ...field, type: heldBack.get(field.column) ?? field.type }));
  await saveFields(deps.knex, connectionId, module, fields);
  const present = new Set(mirrorColumns(fields).map((column) => column.name));
  return {
    ...mirror,
    fields,
    warnings: [
      ...pending.map(
        (change) => `Column ${change.column} stays ${change.from}: changing it to ${change.to} could lose values.`,
      ),
      ...earlier
        .filter((field) => field.status === 'active' && !present.has(field.column))
        .map((field) => `Zoho no longer shows ${field.apiName}; its column keeps the last values.`),
    ],
  };
}

function toMetadata(field: ZohoField): FieldMetadata {
  return {
    id: field.id,
    apiName: field.apiName,
    dataType: field.dataType,
    jsonType: field.jsonType ?? undefined,
    formulaReturnType: field.formulaReturnType ?? field.rollupReturnType ?? undefined,
    lookupModule: field.lookup?.module,
    choices: field.dataType === 'multiselectpicklist' ? field.picklistValues.map((choice) => choice.actual) : undefined,
  };
}

async function refreshUsers(deps: ActivityDependencies, zoho: ZohoWork, connectionId: string): Promise<void> {
  for (let page = 1; ; page += 1) {
    const { users, moreRecords } = await listUsers(zoho.transport, { type: 'AllUsers', page }, zoho.options);
    await saveUsers(deps.knex, connectionId, users);
    if (!moreRecords) return;
  }
}

async function rememberOrg(deps: ActivityDependencies, zoho: ZohoWork, connectionId: string): Promise<void> {
  const org = await getOrg(zoho.transport, zoho.options);
  await saveOrganization(deps.knex, connectionId, {
    orgId: org.zgid,
    orgTimeZone: org.timeZone,
    edition: org.edition,
  });
  await saveApiLimits(deps.knex, connectionId, limitsOfEdition(org.edition, org.userLicences), 'edition');
}
