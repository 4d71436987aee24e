import { uuidv7 } from 'uuidv7';
import { insertConfiguration } from '../../src/db/configurations/configurations';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { createSession, listSessions } from '../../src/db/sessions/sessions';
import type { ConfigurationSettings } from '../../src/domain/configurations/configuration';
import { ALL_MODULES, type NightResult } from '../../src/temporal/contract/nightly';
import { nightlyWorkflowId } from '../../src/temporal/ids';
import { someSettings } from '../domain/configurations/some-settings';
import type { Org } from './org';

/** Gives a module an active configuration. */
export async function configure(
  { engine, connectionId, name }: Org,
  moduleName: string,
  settings: Partial<ConfigurationSettings> = {},
): Promise<void> {
  const content = { connectionId, moduleName, settings: someSettings(settings) };
  await insertConfiguration(engine.knex, `${name}-${moduleName}`, content, 'test');
}

/** Starts a night as a person does. @returns the id of its session */
export async function startNight({ engine, connectionId, name: connection }: Org): Promise<string> {
  const sessionId = uuidv7();
  await createSession(engine.knex, {
    id: sessionId,
    connectionId,
    sessionType: 'nightly',
    moduleName: ALL_MODULES,
    initiatedBy: 'test',
    workflowId: nightlyWorkflowId(connection),
  });
  const input = { sessionId, connectionId, connection, module: ALL_MODULES, options: {} };
  await engine.commands.startNightly(input, 'test');
  return sessionId;
}

/** Sessions that a night has opened, the earliest first. */
export async function partsOf({ engine, connectionId }: Org, sessionId: string): Promise<SyncSessionModel[]> {
  const sessions = await listSessions(engine.knex, { connectionId }, { limit: 50 });
  return sessions.filter(({ parentSessionId }) => parentSessionId === sessionId).reverse();
}

/** Outcome of each module of a night. */
export function outcomesOf({ result }: SyncSessionModel): Record<string, string> {
  const { modules } = result as unknown as NightResult;
  return Object.fromEntries(modules.map(({ module, outcome }) => [module, outcome]));
}
