import type { ZohoCalls } from '../../connection/call';
import { getConnection } from '../../db/connections/connections';
import { noteFieldsRead } from '../../db/mirror/metadata-age';
import { mirrorColumns, type MirrorModule } from '../../db/mirror/mirror-module';
import { NotAMirrorTable } from '../../db/mirror/mirror-table';
import { claimMirror } from '../../db/mirror/mirrors';
import { findHiddenFields, type KnownField } from '../../db/mirror/module-fields';
import { adaptMirror, exportableAs } from '../../db/schema-changes/adapt-mirror';
import type { PendingChange } from '../../db/schema-changes/table-changes';
import { ActiveSessionExists, findSessionModule, moveSession } from '../../db/sessions/sessions';
import { type MappableField, mapFields, type MirrorField } from '../../domain/mirror/mirror-field';
import { renamedChoices, takesChoices } from '../../domain/records/choices';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import { ZohoError } from '../../zoho/errors/errors';
import { readFields, type ZohoField } from '../../zoho/metadata/fields';
import { getModule, listModules, type ZohoModule } from '../../zoho/metadata/modules';
import type { ActivityDependencies } from '../dependencies';
import { findIdentity } from './load-mirror';
import { refreshCreditCosts } from './refresh-credit-costs';
import { refreshEdition, refreshUsers } from './refresh-organization';

/** A module's mirror, brought up to Zoho's metadata. */
export interface PreparedModule extends MirrorModule {
  /** Warnings about columns that differ from Zoho's fields. */
  warnings: string[];
}

/** A module that is to be prepared, most often for a session. */
export interface ModuleToPrepare {
  connectionId: string;
  module: string;
  sessionId?: string;
}

/** Zoho's codes for a name that no module has. */
const UNKNOWN_MODULE: ReadonlySet<string> = new Set(['INVALID_MODULE', 'NO_MODULE']);

/**
 * Asks Zoho about the module, its fields and what changed of its users, maps the fields and brings the mirror table up
 * to them. A module that was renamed in Zoho is prepared under its new name. Idempotent. 3 credits, one more once a day
 * for the edition and once a week for the prices of calls, and once a day one for every 200 users.
 * @param alongside asked at the same time, with the name that Zoho has for the module
 * @throws module.not_mirrorable when the API does not show the module or its fields; mirror.name_taken,
 *   mirror.already_syncing
 */
export async function prepareModule<T>(
  deps: ActivityDependencies,
  zoho: ZohoCalls,
  request: ModuleToPrepare,
  alongside: (module: string) => Promise<T>,
): Promise<[PreparedModule, T]> {
  try {
    return await prepareNamed(deps, zoho, request, alongside);
  } catch (error) {
    const now = isUnknownModule(error) ? await nameInZoho(deps, zoho, request) : undefined;
    if (now === undefined || now === request.module) throw error;
    const [prepared, asked] = await prepareNamed(deps, zoho, { ...request, module: now }, alongside);
    const warnings = [`${request.module} is called ${now} in Zoho now.`, ...prepared.warnings];
    return [{ ...prepared, warnings }, asked];
  }
}

async function prepareNamed<T>(
  deps: ActivityDependencies,
  zoho: ZohoCalls,
  request: ModuleToPrepare,
  alongside: (module: string) => Promise<T>,
): Promise<[PreparedModule, T]> {
  const { module } = request;
  const connection = await getConnection(deps.knex, request.connectionId);
  const [about, listed, asked, edition] = await Promise.all([
    getModule(zoho.transport, module, zoho.options),
    readFields(zoho.transport, module, zoho.options),
    alongside(module),
    refreshEdition(deps, zoho, connection),
    refreshUsers(deps, zoho, connection.id),
    refreshCreditCosts(deps, zoho, connection),
  ]);
  if (!about.apiSupported) {
    throw permanentFailure(FAILURES.module.notMirrorable, `Zoho's API does not support the module ${module}.`);
  }
  if (listed.items.length === 0) {
    throw permanentFailure(
      FAILURES.module.notMirrorable,
      `Zoho lists no fields for the module ${module}, so there is nothing to mirror. Check the user's field permissions.`,
    );
  }
  const prepared = await prepareMirror(deps, request, connection.mirrorSchema, about, listed.items);
  const unreadable = listed.unreadable.map(
    (field) => `Zoho lists a field that cannot be read, and it is left out: ${field}.`,
  );
  return [{ ...prepared, warnings: [...edition, ...unreadable, ...prepared.warnings] }, asked];
}

function isUnknownModule(error: unknown): boolean {
  return error instanceof ZohoError && UNKNOWN_MODULE.has(error.code);
}

async function nameInZoho(
  deps: ActivityDependencies,
  zoho: ZohoCalls,
  request: ModuleToPrepare,
): Promise<string | undefined> {
  const identity = await findIdentity(deps, request);
  if (!identity?.moduleId) return undefined;
  const modules = await listModules(zoho.transport, zoho.options);
  return modules.find(({ id }) => id === identity.moduleId)?.apiName;
}

/**
 * Makes a session one of a module, whatever it was started as.
 * @throws mirror.already_syncing
 */
export async function joinModule({ knex }: ActivityDependencies, sessionId: string, key: string): Promise<void> {
  const named = await findSessionModule(knex, sessionId);
  if (named === undefined || named === key) return;
  try {
    await moveSession(knex, sessionId, key);
  } catch (error) {
    if (!(error instanceof ActiveSessionExists)) throw error;
    throw permanentFailure(FAILURES.mirror.alreadySyncing, error.message, error);
  }
}

async function prepareMirror(
  deps: ActivityDependencies,
  request: ModuleToPrepare,
  schema: string,
  about: ZohoModule,
  listed: readonly ZohoField[],
): Promise<PreparedModule> {
  const { connectionId, sessionId } = request;
  // Reserved for good.
  const { key, table } = await claimMirror(deps.knex, connectionId, about);
  if (sessionId !== undefined) await joinModule(deps, sessionId, key);
  const mirror = { connectionId, key, module: about.apiName, schema, table };
  const adapted = adaptMirror(deps.knex, mirror, (known, foreign) => mapListed(listed, known, foreign), {
    ...(sessionId !== undefined && { sessionId }),
  });
  const { fields, pending } = await adapted.catch((error: unknown) => {
    throw error instanceof NotAMirrorTable ? permanentFailure(FAILURES.mirror.nameTaken, error.message, error) : error;
  });
  await noteFieldsRead(deps.knex, mirror, about.modifiedTime);
  const hidden = sessionId === undefined ? [] : await findHiddenFields(deps.knex, connectionId, key, sessionId);
  const present = new Set(mirrorColumns(fields).map((column) => column.name));
  return {
    ...mirror,
    fields,
    warnings: [
      ...pending.map(describePending),
      ...hidden
        .filter(({ column }) => !present.has(column))
        .map(({ apiName }) => `Zoho no longer shows ${apiName}; its column keeps the last values.`),
    ],
  };
}

/** Maps the fields that Zoho lists to columns: those that they have or, where it has renamed them, are to have. */
function mapListed(
  listed: readonly ZohoField[],
  known: readonly KnownField[],
  foreign: readonly string[],
): MirrorField[] {
  const earlier = new Map(known.map((field) => [field.fieldId, field]));
  const columns = new Map(known.map((field) => [field.fieldId, field.wanted ?? field]));
  return mapFields(listed.map(toMetadata), columns, foreign).map((field) =>
    exportableAs(earlier.get(field.fieldId), field),
  );
}

/** A column that does not get another type keeps it, and so values are still read as that type. */
function describePending({ kind, state, field, column, from, to, reason }: PendingChange): string {
  const why = {
    waiting: 'it waits for a decision: pulse schema changes',
    blocked: `PostgreSQL refused it, and it is tried again: ${reason ?? ''}`,
    rejected: 'that was turned down',
  }[state];
  switch (kind) {
    case 'field_added':
      return `${field} is left out, since its column ${column} could not be added (${why}).`;
    case 'field_renamed':
      return `The column ${column} of ${field} keeps its name and is not renamed to ${to} (${why}).`;
    case 'type_wider':
    case 'type_other':
      return `The column ${column} of ${field} stays ${from} and does not become ${to} (${why}).`;
    case 'field_gone':
      return `Zoho no longer shows ${field}; its column ${column} keeps the last values (${why}).`;
  }
}

function toMetadata(field: ZohoField): MappableField {
  return {
    id: field.id,
    apiName: field.apiName,
    dataType: field.dataType,
    jsonType: field.jsonType ?? undefined,
    formulaReturnType: field.formulaReturnType ?? field.rollupReturnType ?? undefined,
    textareaType: field.textareaType ?? undefined,
    lookupModule: field.lookup?.module,
    choices: field.dataType === 'multiselectpicklist' ? field.picklistValues.map((choice) => choice.actual) : undefined,
    renamedChoices: takesChoices(field) ? renamedChoices(field) : undefined,
  };
}
