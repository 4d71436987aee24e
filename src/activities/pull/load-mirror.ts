import { getConnection } from '../../db/connections/connections';
import type { PartialRead } from '../../db/mirror/load/merge-rule';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import { findMirrorByKey, findMirrorByName, type MirrorIdentity } from '../../db/mirror/mirrors';
import { loadFields, type KnownField } from '../../db/mirror/module-fields';
import { findSessionModule } from '../../db/sessions/sessions';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import type { ReadPath } from '../../domain/runs/enums';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';

/** The mirror of a session's module. */
export interface LoadedMirror extends MirrorModule {
  /** Fields that earlier full syncs have filled and this session does not read. */
  unread: readonly KnownField[];
  fields: readonly KnownField[];
}

/** The mirror of a session's module as it was prepared, with the fields the session reads. */
export async function loadMirror({ knex }: ActivityDependencies, target: SyncTarget): Promise<LoadedMirror> {
  const [connection, identity] = await Promise.all([
    getConnection(knex, target.connectionId),
    findIdentity({ knex }, target),
  ]);
  if (!identity)
    throw permanentFailure(FAILURES.mirror.unknown, `No plan of a sync has prepared ${target.module} yet.`);
  const known = await loadFields(knex, target.connectionId, identity.key);
  const active = known.filter((field) => field.status === 'active');
  return {
    connectionId: target.connectionId,
    key: identity.key,
    module: target.module,
    schema: connection.mirrorSchema,
    table: identity.table,
    layout: identity.layout,
    timeZone: connection.orgTimeZone,
    fields: active.filter((field) => isSelected(field.apiName, target.fields)),
    unread: active.filter((field) => field.filled && !isSelected(field.apiName, target.fields)),
  };
}

/**
 * Finds the module of a session as the engine knows it: by what the session's row says, which a rename in Zoho leaves
 * alone, or by its name for a session that began before anything was known of it.
 */
export async function findIdentity(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { sessionId, connectionId, module }: Pick<SyncTarget, 'connectionId' | 'module'> & { sessionId?: string },
): Promise<MirrorIdentity | undefined> {
  const key = (sessionId !== undefined && (await findSessionModule(knex, sessionId))) || module;
  return (await findMirrorByKey(knex, connectionId, key)) ?? findMirrorByName(knex, connectionId, module);
}

/** The same mirror with every field: for reads of records by id, which are whole whatever the session reads. */
export function wholeMirror(
  deps: ActivityDependencies,
  { fields: _some, ...target }: SyncTarget,
): Promise<LoadedMirror> {
  return loadMirror(deps, target);
}

/** Tells what a way of reading leaves out of rows that the mirror has whole; undefined if that is nothing. */
export function partialReadOf({ fields, unread }: LoadedMirror, path: ReadPath): PartialRead | undefined {
  const refused = path === 'bulk' ? fields.filter((field) => field.filled && !field.bulkReadable) : [];
  const lacking = [...unread, ...refused];
  if (lacking.length === 0) return undefined;
  return { hasEverySilentField: !lacking.some((field) => field.changesWithoutModifiedTime && !field.isVolatile) };
}

/** Whether a session reads a field; the time of modification is read always. */
export function isSelected(apiName: string, selected: readonly string[] | undefined): boolean {
  return !selected || apiName === MODIFIED_TIME_FIELD || selected.includes(apiName);
}
