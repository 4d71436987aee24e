import { createHash } from 'node:crypto';
import { viewSession } from '../../db/sessions/session-view';
import { createSession, getSession } from '../../db/sessions/sessions';
import { sessionRun } from '../../domain/runs/run';
import { ALL_MODULES } from '../../temporal/contract/nightly';
import { nightlyWorkflowId } from '../../temporal/ids';
import { assertUsable, USE_PROBLEMS } from '../connections/assert-usable';
import { idempotencyHeader } from '../http/parameters';
import { defineRoute } from '../http/route';
import { sessionPath } from '../paths';
import { startOnce } from '../runs/start-once';
import { presentSessionAnswer } from './present';
import { NightlySyncRequest, SessionAnswer } from './schemas';

export const startNightlySync = defineRoute({
  method: 'post',
  path: '/syncs/nightly',
  operationId: 'startNightlySync',
  tag: 'Syncs',
  summary: 'Sync every configured module now, as the night does',
  description:
    'Answers the summary session: its result has a line for each module, with the session of that module. A module that fails ends nothing else.',
  access: 'operator',
  connection: 'body',
  headers: idempotencyHeader('session'),
  body: NightlySyncRequest,
  answers: {
    202: { description: 'Started.', schema: SessionAnswer, headers: { Location: 'Path of the session.' } },
  },
  problems: [...USE_PROBLEMS, 'sync_already_running', 'idempotency_key_reused', 'temporal_unavailable'],
  audit: { action: 'sync.nightly.start', target: (_request, connection) => `${connection}/*`, starts: 'session' },
  async handle({ runId: id, connection, actor, headers, principal }, { knex, commands, temporalUi }) {
    assertUsable(connection);
    const { id: connectionId, name } = connection;
    const idempotencyKey = headers['idempotency-key'];
    const sessionId = await startOnce(knex, {
      run: sessionRun(id),
      store: () =>
        createSession(knex, {
          id,
          connectionId,
          sessionType: 'nightly',
          moduleName: ALL_MODULES,
          initiatedBy: actor,
          workflowId: nightlyWorkflowId(name),
          requestHash: createHash('sha256').update(`nightly ${name}`).digest('hex'),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        }),
      startWorkflow: () =>
        commands.startNightly(
          { sessionId: id, connectionId, connection: name, module: ALL_MODULES, options: {} },
          actor,
        ),
    });
    const view = await viewSession(knex, await getSession(knex, sessionId));
    return {
      status: 202,
      headers: { Location: sessionPath(sessionId) },
      body: presentSessionAnswer(view, { principal, temporalUi }),
    };
  },
});
