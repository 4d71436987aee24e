import { getConnection, saveOrganization } from '../../db/connections/connections';
import { saveUsers } from '../../db/connections/crm-users';
import { findApiLimits, saveApiLimits } from '../../db/credits/api-limits';
import { mirrorColumns, type MirrorModule, tableNameOf } from '../../db/mirror/mirror-module';
import { prepareMirrorTable } from '../../db/mirror/mirror-table';
import { loadFields, renamedColumns, saveFields } from '../../db/mirror/module-fields';
import { limitsOfEdition } from '../../domain/credits/edition-limits';
import { type ColumnType, type MappableField, mapFields, type MirrorField } from '../../domain/mirror/mirror-field';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SyncTarget } from '../../temporal/contract/targets';
import { getFields, type ZohoField } from '../../zoho/metadata/fields';
import { getModule } from '../../zoho/metadata/modules';
import { getOrg } from '../../zoho/metadata/org';
import { listUsers } from '../../zoho/metadata/users';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { refreshCreditCosts } from './refresh-credit-costs';

/** A module's mirror, brought up to Zoho's metadata. */
export interface PreparedModule extends MirrorModule {
  /** Warnings about columns that differ from Zoho's fields. */
  warnings: string[];
}

/**
 * Asks Zoho about the module, its fields, its users and, once, its org, maps the fields and brings the mirror table up
 * to them. Idempotent. 3 credits, and one more once a week for the prices of calls.
 * @param alongside asked at the same time
 * @throws module.not_mirrorable when the API does not show the module or its fields
 */
export async function prepareModule<T>(
  deps: ActivityDependencies,
  zoho: ZohoWork,
  request: SyncTarget,
  alongside: () => Promise<T>,
): Promise<[PreparedModule, T]> {
  const { module } = request;
  const connection = await getConnection(deps.knex, request.connectionId);
  const limits = await findApiLimits(deps.knex, connection.id);
  const needsOrg = connection.orgId === null || limits === undefined || limits.limitsFrom === 'assumed';
  const [about, listed, asked] = await Promise.all([
    getModule(zoho.transport, module, zoho.options),
    getFields(zoho.transport, module, zoho.options),
    alongside(),
    refreshUsers(deps, zoho, request.connectionId),
    needsOrg ? rememberOrg(deps, zoho, connection.id) : undefined,
    refreshCreditCosts(deps, zoho, connection),
  ]);
  if (!about.apiSupported) {
    throw permanentFailure(FAILURES.module.notMirrorable, `Zoho's API does not support the module ${module}.`);
  }
  if (listed.length === 0) {
    throw permanentFailure(
      FAILURES.module.notMirrorable,
      `Zoho lists no fields for the module ${module}, so there is nothing to mirror. Check the user's field permissions.`,
    );
  }
  return [await prepareMirror(deps, request, connection.mirrorSchema, listed), asked];
}

async function prepareMirror(
  deps: ActivityDependencies,
  request: SyncTarget,
  schema: string,
  listed: readonly ZohoField[],
): Promise<PreparedModule> {
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
  const keptTypes = new Map(pending.map((change) => [change.column, change.from as ColumnType]));
  // A column that could not change its type keeps it, and so values are still read as that type.
  const fields: MirrorField[] = mapped.map((field) => ({ ...field, type: keptTypes.get(field.column) ?? field.type }));
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

function toMetadata(field: ZohoField): MappableField {
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
