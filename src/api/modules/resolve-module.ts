import { claimMirror, findMirrorByKey, findMirrorByName, type NamedModule } from '../../db/mirror/mirrors';
import type { ConnectionModel } from '../../db/models/connection';
import { nearNames } from '../../domain/near-names';
import { ZohoError } from '../../zoho/errors/errors';
import { assertModuleAccess, hasReachableRecords, type ModuleAccess } from '../../zoho/metadata/module-access';
import { listModules, type ZohoModule } from '../../zoho/metadata/modules';
import { callInteractively } from '../connections/call-interactively';
import type { RouteDeps } from '../http/deps';
import { Problem, type ProblemCode } from '../http/problem';

/** A module under the names that Zoho and the engine's books have for it. */
export interface ResolvedModule {
  /** Zoho's API name, however the caller spelled it. */
  apiName: string;
  key: string;
}

export const MODULE_PROBLEMS = ['unknown_module', 'module_not_readable'] as const satisfies readonly ProblemCode[];

/** Where a request names a module. */
export type ModulePlace = { pointer: string } | { parameter: string };

const IN_BODY: ModulePlace = { pointer: '#/module' };

/**
 * Finds the module that a request names. One that was synced before is known; of any other Zoho is asked, for a credit.
 * While Zoho does not answer the name passes as it is, and the session finds out.
 *
 * @throws Problem `unknown_module` with the nearest names, `module_not_readable`
 */
export async function resolveModule(
  deps: RouteDeps,
  connection: ConnectionModel,
  name: string,
  place = IN_BODY,
): Promise<ResolvedModule> {
  const known = await findMirrorByName(deps.knex, connection.id, name);
  if (known) return known;
  const found = await askForModule(deps, connection, name, place);
  return found ? { apiName: found.apiName, key: found.apiName } : { apiName: name, key: name };
}

/** Finds the module of a request as `resolveModule` does, and reserves its key and its table. */
export async function claimModule(
  deps: RouteDeps,
  connection: ConnectionModel,
  name: string,
  place = IN_BODY,
): Promise<ResolvedModule> {
  const known = await findMirrorByName(deps.knex, connection.id, name);
  if (known) return known;
  const found = await askForModule(deps, connection, name, place);
  return found ? claimMirror(deps.knex, connection.id, found) : { apiName: name, key: name };
}

/** A module that a request names, and what it wants to do with its records. */
export interface ModuleToWrite {
  name: string;
  place: ModulePlace;
  access: readonly ModuleAccess[];
}

/**
 * Finds the modules that a write names, all of them with one question to Zoho. While Zoho does not answer the names pass
 * as they are, and the operation finds out.
 *
 * @returns Zoho's API names, by the names of the request
 * @throws Problem `unknown_module` with the nearest names, `module_not_readable`; ZohoError `permission`
 */
export async function resolveModulesToWrite(
  deps: RouteDeps,
  connection: ConnectionModel,
  wanted: readonly ModuleToWrite[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  let modules: Promise<ZohoModule[] | undefined> | undefined;
  for (const { name, place, access } of wanted) {
    const known = await findMirrorByName(deps.knex, connection.id, name);
    modules ??= known ? undefined : listReachable(deps, connection);
    const found = known ? undefined : await findModule(deps, connection, name, place, await modules);
    if (found) {
      assertHasRecords(found, place);
      for (const each of access) assertModuleAccess(found, each);
    }
    names.set(name, (known ?? found)?.apiName ?? name);
  }
  return names;
}

/** @returns undefined while Zoho does not tell */
async function askForModule(
  deps: RouteDeps,
  connection: ConnectionModel,
  name: string,
  place: ModulePlace,
): Promise<NamedModule | undefined> {
  const found = await findModule(deps, connection, name, place, await listReachable(deps, connection));
  if (found) assertReadable(found, place);
  return found;
}

/** @returns undefined while Zoho does not tell */
async function listReachable(deps: RouteDeps, connection: ConnectionModel): Promise<ZohoModule[] | undefined> {
  return callInteractively(deps, connection, ({ transport, options }) => listModules(transport, options)).catch(
    (error: unknown) => {
      if (error instanceof ZohoError) return undefined;
      throw error;
    },
  );
}

async function findModule(
  deps: RouteDeps,
  connection: ConnectionModel,
  name: string,
  place: ModulePlace,
  modules: readonly ZohoModule[] | undefined,
): Promise<ZohoModule | undefined> {
  if (!modules) return undefined;
  const found =
    modules.find(({ apiName }) => apiName === name) ??
    modules.find(({ apiName }) => apiName.toLowerCase() === name.toLowerCase());
  if (!found) throw await unknownModule(deps, connection, name, place, modules);
  return found;
}

function assertReadable(module: ZohoModule, place: ModulePlace): void {
  assertHasRecords(module, place);
  if (!module.viewable) {
    const detail = `The profile of the connected user may not read the module ${module.apiName}: a Zoho CRM administrator can allow it.`;
    throw refusal('module_not_readable', detail, place);
  }
}

function assertHasRecords(module: ZohoModule, place: ModulePlace): void {
  if (hasReachableRecords(module)) return;
  throw refusal('module_not_readable', `Zoho's API gives no records of the module ${module.apiName}.`, place);
}

async function unknownModule(
  { knex }: RouteDeps,
  connection: ConnectionModel,
  name: string,
  place: ModulePlace,
  modules: readonly ZohoModule[],
): Promise<Problem> {
  const former = await findMirrorByKey(knex, connection.id, name);
  const now = modules.find(({ id }) => id === former?.moduleId);
  if (now) return refusal('unknown_module', `The module ${name} is called ${now.apiName} in Zoho now.`, place);
  const readable = modules.filter(hasReachableRecords).map(({ apiName }) => apiName);
  const near = nearNames(name, readable).join(', ');
  return refusal('unknown_module', `Zoho has no module ${name}${near && `; the nearest are ${near}`}.`, place);
}

function refusal(code: (typeof MODULE_PROBLEMS)[number], detail: string, place: ModulePlace): Problem {
  return new Problem(code, detail, { errors: [{ ...place, detail }] });
}
