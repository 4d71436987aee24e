import { createHash } from 'node:crypto';
import type { ConnectionModel } from '../../db/models/connection';
import { requestRecords } from '../../db/sessions/requested-records';
import { createSession } from '../../db/sessions/sessions';
import { getWatermark } from '../../db/sessions/watermarks';
import { sessionRun } from '../../domain/runs/run';
import { refreshWorkflowId } from '../../temporal/ids';
import { assertUsable, USE_PROBLEMS } from '../connections/assert-usable';
import type { RouteDeps } from '../http/deps';
import { Problem, type ProblemCode } from '../http/problem';
import { MODULE_PROBLEMS, resolveModule, type ResolvedModule } from '../modules/resolve-module';
import { startOnce } from '../runs/start-once';

/** Problems of every request for chosen records. */
export const REFRESH_PROBLEMS = [
  ...USE_PROBLEMS,
  ...MODULE_PROBLEMS,
  'module_not_synced',
  'idempotency_key_reused',
  'temporal_unavailable',
] as const satisfies readonly ProblemCode[];

export interface RefreshRequest {
  /** Of the session. */
  id: string;
  connection: ConnectionModel;
  /** Zoho's name of the module, as the request has it. */
  module: string;
  ids: readonly string[];
  actor: string;
  idempotencyKey: string | undefined;
}

/**
 * Starts a session that reads chosen records.
 * @returns id of the session, which is an earlier one if its idempotency key came before, and its module
 * @throws Problem `module_not_synced` before the first full sync; see `REFRESH_PROBLEMS`
 */
export async function startRefresh(
  deps: RouteDeps,
  { id, connection, module: name, ids, actor, idempotencyKey }: RefreshRequest,
): Promise<{ sessionId: string; module: ResolvedModule }> {
  const { knex, commands } = deps;
  assertUsable(connection);
  const module = await resolveModule(deps, connection, name);
  await assertSynced(deps, connection, module);
  const chosen = [...new Set(ids)];
  const sessionId = await startOnce(knex, {
    run: sessionRun(id),
    store: () =>
      knex.transaction(async (trx) => {
        await createSession(trx, {
          id,
          connectionId: connection.id,
          sessionType: 'manual_refresh',
          moduleName: module.key,
          initiatedBy: actor,
          workflowId: refreshWorkflowId(id),
          requestHash: hashOf({ module: name, connection: connection.name, ids: chosen }),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        });
        await requestRecords(trx, id, chosen);
      }),
    startWorkflow: () =>
      commands.startRefresh(
        {
          sessionId: id,
          connectionId: connection.id,
          connection: connection.name,
          module: module.apiName,
          options: {},
          records: chosen.length,
        },
        actor,
      ),
  });
  return { sessionId, module };
}

async function assertSynced({ knex }: RouteDeps, { id }: ConnectionModel, module: ResolvedModule): Promise<void> {
  if (await getWatermark(knex, id, module.key)) return;
  throw new Problem('module_not_synced', `There is no mirror of ${module.apiName} yet: run a full sync of it first.`);
}

function hashOf(request: object): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
