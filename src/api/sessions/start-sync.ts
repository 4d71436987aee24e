import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ConnectionModel } from '../../db/models/connection';
import { viewSession } from '../../db/sessions/session-view';
import { createSession, getSession } from '../../db/sessions/sessions';
import { sessionRun } from '../../domain/runs/run';
import type { OpenedInput, SyncInput, SyncOptions } from '../../temporal/contract/sync-messages';
import { syncWorkflowId, type ModuleSyncType } from '../../temporal/ids';
import type { SyncCommands } from '../../temporal/runs/sync-commands';
import { assertUsable, USE_PROBLEMS } from '../connections/assert-usable';
import type { RouteDeps } from '../http/deps';
import { idempotencyHeader } from '../http/parameters';
import { defineRoute, type Route } from '../http/route';
import { claimModule, MODULE_PROBLEMS, type ResolvedModule } from '../modules/resolve-module';
import { sessionPath } from '../paths';
import { startOnce } from '../runs/start-once';
import { presentSessionAnswer } from './present';
import { SessionAnswer } from './schemas';

type SyncBody = SyncOptions & { module: string; connection?: string | undefined };
type OptionsOf<Body> = Omit<Body, 'module' | 'connection'>;

/** One way to start a sync of a module. */
export interface SyncStart<Body extends SyncBody> extends Pick<Route, 'path' | 'operationId' | 'summary'> {
  description: string;
  body: z.ZodType<Body>;
  /** For the audit log. */
  action: string;
  sessionType: ModuleSyncType;
  start(commands: SyncCommands, input: SyncInput<OptionsOf<Body>> & OpenedInput, actor: string): Promise<unknown>;
}

/** The route that creates a session and starts its workflow. */
export function startSyncRoute<Body extends SyncBody>(sync: SyncStart<Body>) {
  const { path, operationId, summary, description, body, action } = sync;
  return defineRoute({
    method: 'post',
    path,
    operationId,
    summary,
    description,
    tag: 'Syncs',
    access: 'operator',
    connection: 'body',
    headers: idempotencyHeader('session'),
    body,
    answers: {
      202: { description: 'Started.', schema: SessionAnswer, headers: { Location: 'Path of the session.' } },
    },
    problems: [
      ...USE_PROBLEMS,
      ...MODULE_PROBLEMS,
      'sync_already_running',
      'idempotency_key_reused',
      'temporal_unavailable',
    ],
    audit: { action, target: (request, connection) => `${connection}/${request.body.module}`, starts: 'session' },
    async handle(request, deps) {
      const { actor, connection } = request;
      assertUsable(connection);
      const module = await claimModule(deps, connection, request.body.module);
      const id = await startSession(deps, sync, {
        id: request.runId,
        module,
        actor,
        connection,
        body: request.body,
        idempotencyKey: request.headers['idempotency-key'],
      });
      const view = await viewSession(deps.knex, await getSession(deps.knex, id));
      return {
        status: 202,
        headers: { Location: sessionPath(id) },
        body: presentSessionAnswer(view, { principal: request.principal, temporalUi: deps.temporalUi }),
      };
    },
  });
}

interface SyncRequest<Body> {
  id: string;
  module: ResolvedModule;
  actor: string;
  connection: ConnectionModel;
  body: Body;
  idempotencyKey: string | undefined;
}

/** @returns id of the session */
async function startSession<Body extends SyncBody>(
  { knex, commands }: RouteDeps,
  sync: SyncStart<Body>,
  { id, actor, body, connection, idempotencyKey, module }: SyncRequest<Body>,
): Promise<string> {
  const { module: named, connection: _named, ...options } = body;
  const requested = { module: named, connection: connection.name, ...options };
  const { apiName, key } = module;
  const input = {
    sessionId: id,
    connectionId: connection.id,
    connection: connection.name,
    module: apiName,
    ...(key !== apiName && { key }),
    options,
  };
  return startOnce(knex, {
    run: sessionRun(id),
    store: () =>
      knex.transaction(async (trx) => {
        await createSession(trx, {
          id,
          connectionId: connection.id,
          sessionType: sync.sessionType,
          moduleName: key,
          initiatedBy: actor,
          syncConfig: options,
          workflowId: syncWorkflowId(sync.sessionType, connection.name, key),
          requestHash: createHash('sha256').update(JSON.stringify(requested)).digest('hex'),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        });
      }),
    startWorkflow: () => sync.start(commands, input, actor),
  });
}
