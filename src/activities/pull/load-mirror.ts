import { getConnection } from '../../db/connections/connections';
import { type MirrorModule, tableNameOf } from '../../db/mirror/mirror-module';
import { loadFields } from '../../db/mirror/module-fields';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';

/** The mirror of a session's module as it was prepared, with the fields the session reads. */
export async function loadMirror({ knex }: ActivityDependencies, target: SyncTarget): Promise<MirrorModule> {
  const [connection, known] = await Promise.all([
    getConnection(knex, target.connectionId),
    loadFields(knex, target.connectionId, target.module),
  ]);
  const fields = known
    .filter((field) => field.status === 'active' && isSelected(field.apiName, target.fields))
    // A column that came since the last full sync is empty in rows whose time of modification has not moved.
    .map((field) => ({ ...field, changesWithoutModifiedTime: field.changesWithoutModifiedTime || !field.filled }));
  return {
    connectionId: target.connectionId,
    module: target.module,
    schema: connection.mirrorSchema,
    table: tableNameOf(target.module),
    fields,
  };
}

/** Whether a session reads a field; the time of modification is read always. */
export function isSelected(apiName: string, selected: readonly string[] | undefined): boolean {
  return !selected || apiName === MODIFIED_TIME_FIELD || selected.includes(apiName);
}
