import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { callOrganization, retryExpired, type ZohoCalls } from '../../connection/call';
import { listModulesToRead, noteModulesListed, type ModuleToRead } from '../../db/mirror/metadata-age';
import { hasMirrors } from '../../db/mirror/mirrors';
import { ZohoError } from '../../zoho/errors/errors';
import { listModules } from '../../zoho/metadata/modules';
import type { ActivityDependencies } from '../dependencies';
import { withHeartbeats } from '../heartbeats';
import { prepareModule } from '../pull/prepare-module';
import { refreshUsers } from '../pull/refresh-organization';

/** Name of these calls in the ledger. */
const WORKER = 'metadata';

/** Number of modules of which something was read. */
export interface RefreshedMetadata {
  /** Those that changed since their fields were read. */
  changed: number;
  /** Those whose fields were read now. */
  read: number;
}

/**
 * Reads which modules an organization has and what changed of its users, then the fields of those modules that changed or
 * whose fields are old, and brings their tables up to them: a module that nobody syncs learns of it, too. A module that
 * cannot be read is left to its next sync, which says why. Idempotent. 2 credits, and 3 a module that is read.
 */
export async function refreshMetadata(deps: ActivityDependencies, connectionId: string): Promise<RefreshedMetadata> {
  const done: RefreshedMetadata = { changed: 0, read: 0 };
  if (!(await hasMirrors(deps.knex, connectionId))) return done;
  const caller = { priority: 'incremental', worker: WORKER, signal: cancellationSignal() } as const;
  await withHeartbeats(
    () => done,
    () =>
      callOrganization(deps, connectionId, caller, async (zoho) => {
        const modules = await retryExpired(zoho, () => listModules(zoho.transport, zoho.options));
        await refreshUsers(deps, zoho, connectionId);
        done.changed = await noteModulesListed(deps.knex, connectionId, modules);
        const ids = modules.map(({ id }) => id);
        for (const module of await listModulesToRead(deps.knex, connectionId, ids)) {
          if (await readModule(deps, zoho, connectionId, module)) done.read += 1;
        }
      }),
  );
  return done;
}

/** @returns whether it could be read */
async function readModule(
  deps: ActivityDependencies,
  zoho: ZohoCalls,
  connectionId: string,
  { module, key }: ModuleToRead,
): Promise<boolean> {
  try {
    const [{ warnings }] = await prepareModule(deps, zoho, { connectionId, module }, async () => undefined);
    for (const warning of warnings) deps.logger.warn({ module: key }, warning);
    return true;
  } catch (error) {
    const isOfModule = error instanceof ApplicationFailure || (error instanceof ZohoError && !error.retryable);
    if (!isOfModule) throw error;
    deps.logger.warn({ module: key, err: error }, 'The fields of a module could not be read; its next sync says why.');
    return false;
  }
}
