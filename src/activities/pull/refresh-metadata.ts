import { noteModulesListed } from '../../db/mirror/metadata-age';
import { listModules } from '../../zoho/metadata/modules';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';
import { refreshUsers } from './refresh-organization';

/**
 * Reads which modules an organization has, so that the fields of those that changed are read before their next sync, and
 * what changed of its users. Idempotent. 2 credits.
 * @returns number of modules that changed
 */
export async function refreshMetadata(
  deps: Pick<ActivityDependencies, 'knex'>,
  zoho: Pick<ZohoWork, 'transport' | 'options'>,
  connectionId: string,
): Promise<number> {
  const [modules] = await Promise.all([
    listModules(zoho.transport, zoho.options),
    refreshUsers(deps, zoho, connectionId),
  ]);
  return noteModulesListed(
    deps.knex,
    connectionId,
    modules.map(({ id, apiName, modifiedTime }) => ({ id, apiName, modifiedTime })),
  );
}
