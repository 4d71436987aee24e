import { createHash } from 'node:crypto';
import { z } from 'zod';
import { uuidv7 } from 'uuidv7';
import { findConnection, ConnectionNotFound } from '../../db/connections';
import type { ConnectionModel } from '../../db/models/connection';
import type { SyncSessionModel } from '../../db/models/sync-session';
import { viewSession } from '../../db/session-view';
import { IdempotencyKeyUsed, closeSession, createSession, getSession } from '../../db/sessions';
import { syncWorkflowId } from '../../temporal/ids';
import { SyncWorkflowRunning } from '../../temporal/sync-control';
import type { FullSyncOptions } from '../../workflows/messages';
import type { RouteDeps } from '../deps';
import { sessionPath } from '../paths';
import { Problem } from '../problem';
import { needsReauth } from '../zoho-problem';
import { representSessionWithLinks } from '../representations';
import { defineRoute, type RouteAnswer } from '../route';
import { FullSyncRequest, SessionAnswer } from '../schemas';

type FullSyncBody = z.output<typeof FullSyncRequest>;

const IdempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({ description: 'Sent again with the same body, the same key answers the same session.' }),
});

export const startFullSync = defineRoute({
  method: 'post',
  path: '/syncs/full',
  operationId: 'startFullSync',
  tag: 'Syncs',
  summary: 'Start a full sync of a module',
  description: 'Answers as soon as the workflow is started; follow the session to see how it goes.',
  access: 'operator',
  headers: IdempotencyHeader,
  body: FullSyncRequest,
  answers: {
    202: { description: 'Started.', schema: SessionAnswer, headers: { Location: 'Path of the session.' } },
  },
  problems: [
    'unknown_connection',
    'connection_not_active',
    'connection_needs_reauth',
    'sync_already_running',
    'idempotency_key_reused',
    'temporal_unavailable',
  ],
  audit: { action: 'sync.full.start', target: ({ body }) => `${body.connection}/${body.module}` },
  async handle({ body, headers, principal }, deps): Promise<RouteAnswer> {
    const actor = principal?.actor ?? 'anonymous';
    const connection = await usableConnection(deps, body.connection);
    const requestHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const idempotencyKey = headers['idempotency-key'];
    const session = await createOrFind(deps, actor, connection, body, {
      requestHash,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    const view = await viewSession(deps.knex, await getSession(deps.knex, session.id));
    return {
      status: 202,
      headers: { Location: sessionPath(session.id) },
      body: representSessionWithLinks(view, deps.temporalUi),
    };
  },
});

/** @throws Problem `connection_needs_reauth`, `connection_not_active`; ConnectionNotFound */
async function usableConnection({ knex }: RouteDeps, name: string): Promise<ConnectionModel> {
  const connection = await findConnection(knex, name);
  if (!connection) throw new ConnectionNotFound(name);
  if (connection.status === 'active') return connection;
  if (connection.status === 'needs_reauth') throw needsReauth(connection);
  const why = connection.statusReason === null ? '' : `: ${connection.statusReason}`;
  throw new Problem('connection_not_active', `The connection ${name} is ${connection.status}${why}.`);
}

async function createOrFind(
  deps: RouteDeps,
  actor: string,
  connection: ConnectionModel,
  body: FullSyncBody,
  idempotency: { idempotencyKey?: string; requestHash: string },
): Promise<SyncSessionModel> {
  try {
    const session = await createSession(deps.knex, {
      id: uuidv7(),
      connectionId: connection.id,
      sessionType: 'full_sync',
      moduleName: body.module,
      initiatedBy: actor,
      syncConfig: { ...optionsOf(body) },
      workflowId: syncWorkflowId(connection.name, body.module),
      ...idempotency,
    });
    await startWorkflow(deps, actor, connection, session, body);
    return session;
  } catch (error) {
    if (!(error instanceof IdempotencyKeyUsed)) throw error;
    if (error.session.requestHash === idempotency.requestHash) return error.session;
    throw new Problem('idempotency_key_reused', 'The idempotency key came with another body before.', {
      errors: [{ parameter: 'idempotency-key', detail: 'Belongs to another request' }],
    });
  }
}

/** Starts the workflow; a session whose workflow did not start ends here, so that the module is free again. */
async function startWorkflow(
  deps: RouteDeps,
  actor: string,
  connection: ConnectionModel,
  session: SyncSessionModel,
  body: FullSyncBody,
): Promise<void> {
  try {
    await deps.control.startFullSync(
      {
        sessionId: session.id,
        connectionId: connection.id,
        connection: connection.name,
        module: body.module,
        options: optionsOf(body),
      },
      actor,
    );
  } catch (error) {
    const reason = error instanceof SyncWorkflowRunning ? error.message : 'The workflow could not be started.';
    await closeSession(deps.knex, session.id, { status: 'failed', reason, releaseIdempotencyKey: true });
    throw error;
  }
}

function optionsOf({ fields, path, allowMassDelete, massDeletePercent }: FullSyncBody): FullSyncOptions {
  return {
    ...(fields !== undefined && { fields }),
    ...(path !== undefined && { path }),
    ...(allowMassDelete !== undefined && { allowMassDelete }),
    ...(massDeletePercent !== undefined && { massDeletePercent }),
  };
}
