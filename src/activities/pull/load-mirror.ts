import { getConnection } from '../../db/connections/connections';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import { findMirrorByKey, findMirrorByName, type MirrorIdentity } from '../../db/mirror/mirrors';
import { loadFields } from '../../db/mirror/module-fields';
import { findSessionModule } from '../../db/sessions/sessions';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';

/** The mirror of a session's module as it was prepared, with the fields the session reads. */
export async function loadMirror({ knex }: ActivityDependencies, target: SyncTarget): Promise<MirrorModule> {
  const [connection, identity] = await Promise.all([
    getConnection(knex, target.connectionId),
    findIdentity({ knex }, target),
  ]);
  if (!identity)
    throw permanentFailure(FAILURES.mirror.unknown, `No plan of a sync has prepared ${target.module} yet.`);
  const known = await loadFields(knex, target.connectionId, identity.key);
  const fields = known
    .filter((field) => field.status === 'active' && isSelected(field.apiName, target.fields))
    // A column that came since the last full sync is empty in rows whose time of modification has not moved.
    .map((field) => ({ ...field, changesWithoutModifiedTime: field.changesWithoutModifiedTime || !field.filled }));
  return {
    connectionId: target.connectionId,
    key: identity.key,
    module: target.module,
    schema: connection.mirrorSchema,
    table: identity.table,
    fields,
  };
}

/**
 * Finds the module of a session as the engine knows it: by what the session's row says, which a rename in Zoho leaves
 * alone, or by its name for a session that began before anything was known of it.
 */
export async function findIdentity(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { sessionId, connectionId, module }: SyncTarget,
): Promise<MirrorIdentity | undefined> {
  const key = (await findSessionModule(knex, sessionId)) ?? module;
  return (await findMirrorByKey(knex, connectionId, key)) ?? findMirrorByName(knex, connectionId, module);
}

/** Whether a session reads a field; the time of modification is read always. */
export function isSelected(apiName: string, selected: readonly string[] | undefined): boolean {
  return !selected || apiName === MODIFIED_TIME_FIELD || selected.includes(apiName);
}
