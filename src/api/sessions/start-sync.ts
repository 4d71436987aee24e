import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { z } from 'zod';
import type { ConnectionModel } from '../../db/models/connection';
import type { SyncSessionModel } from '../../db/models/sync-session';
import { viewSession } from '../../db/sessions/session-view';
import { closeSession, createSession, getSession, IdempotencyKeyUsed } from '../../db/sessions/sessions';
import type { SessionType } from '../../domain/runs/enums';
import type { SyncInput, SyncOptions } from '../../temporal/contract/sync-messages';
import { SyncWorkflowRunning, type SyncControl } from '../../temporal/control/sync-control';
import { syncWorkflowId } from '../../temporal/ids';
import { USE_PROBLEMS, usableConnection } from '../connections/find-connection';
import type { RouteDeps } from '../http/deps';
import { idempotencyHeader } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute, type Route, type RouteAnswer } from '../http/route';
import { sessionPath } from '../paths';
import { presentSessionAnswer } from './present';
import { SessionAnswer } from './schemas';

type SyncBody = SyncOptions & { module: string; connection: string };
type OptionsOf<Body> = Omit<Body, 'module' | 'connection'>;

/** What makes one way to start a sync of a module different from the others. */
export interface SyncStart<Body extends SyncBody> extends Pick<Route, 'path' | 'operationId' | 'summary'> {
  description: string;
  body: z.ZodType<Body>;
  /** For the audit log. */
  action: string;
  sessionType: SessionType;
  start(control: SyncControl, input: SyncInput<OptionsOf<Body>>, actor: string): Promise<unknown>;
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
    headers: idempotencyHeader('session'),
    body,
    answers: {
      202: { description: 'Started.', schema: SessionAnswer, headers: { Location: 'Path of the session.' } },
    },
    problems: [...USE_PROBLEMS, 'sync_already_running', 'idempotency_key_reused', 'temporal_unavailable'],
    audit: { action, target: (request) => `${request.body.connection}/${request.body.module}` },
    async handle(request, deps): Promise<RouteAnswer> {
      const actor = request.principal?.actor ?? 'anonymous';
      const connection = await usableConnection(deps.knex, request.body.connection);
      const session = await createOrFind(deps, sync, {
        actor,
        connection,
        body: request.body,
        idempotencyKey: request.headers['idempotency-key'],
      });
      const view = await viewSession(deps.knex, await getSession(deps.knex, session.id));
      return {
        status: 202,
        headers: { Location: sessionPath(session.id) },
        body: presentSessionAnswer(view, deps.temporalUi),
      };
    },
  });
}

interface Asked<Body> {
  actor: string;
  connection: ConnectionModel;
  body: Body;
  idempotencyKey: string | undefined;
}

async function createOrFind<Body extends SyncBody>(
  deps: RouteDeps,
  sync: SyncStart<Body>,
  asked: Asked<Body>,
): Promise<SyncSessionModel> {
  const { actor, body, connection, idempotencyKey } = asked;
  const requestHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const { module, connection: _name, ...options } = body;
  try {
    const session = await createSession(deps.knex, {
      id: uuidv7(),
      connectionId: connection.id,
      sessionType: sync.sessionType,
      moduleName: module,
      initiatedBy: actor,
      syncConfig: options,
      workflowId: syncWorkflowId(connection.name, module),
      requestHash,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    await startWorkflow(deps, sync, asked, {
      sessionId: session.id,
      connectionId: connection.id,
      connection: connection.name,
      module,
      options,
    });
    return session;
  } catch (error) {
    if (!(error instanceof IdempotencyKeyUsed)) throw error;
    const { session } = error;
    if (session.requestHash === requestHash && session.sessionType === sync.sessionType) return session;
    throw new Problem('idempotency_key_reused', 'The idempotency key came with another request before.', {
      errors: [{ parameter: 'idempotency-key', detail: 'Belongs to another request' }],
    });
  }
}

/** Starts the workflow; a session whose workflow did not start ends here, so that the module is free again. */
async function startWorkflow<Body extends SyncBody>(
  deps: RouteDeps,
  sync: SyncStart<Body>,
  { actor }: Asked<Body>,
  input: SyncInput<OptionsOf<Body>>,
): Promise<void> {
  try {
    await sync.start(deps.control, input, actor);
  } catch (error) {
    const reason = error instanceof SyncWorkflowRunning ? error.message : 'The workflow could not be started.';
    await closeSession(deps.knex, input.sessionId, { status: 'failed', reason, releaseIdempotencyKey: true });
    throw error;
  }
}
