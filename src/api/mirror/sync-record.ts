import { setTimeout as sleep } from 'node:timers/promises';
import { readMirrorRecord } from '../../db/mirror/mirror-records';
import type { SyncSessionModel } from '../../db/models/sync-session';
import { viewSession } from '../../db/sessions/session-view';
import { getSession } from '../../db/sessions/sessions';
import { isFinal } from '../../domain/runs/enums';
import type { RouteDeps } from '../http/deps';
import { ConnectionQuery, idempotencyHeader, ModuleParams, ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { sessionPath } from '../paths';
import { presentSessionAnswer } from '../sessions/present';
import { SessionAnswer } from '../sessions/schemas';
import { REFRESH_PROBLEMS, startRefresh } from '../sessions/start-refresh';
import { MirroredRecord } from './schemas';

/** A person waits so long for one record, in milliseconds. */
const MAX_WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;

export const syncRecord = defineRoute({
  method: 'post',
  path: '/mirror/{module}/records/{id}/sync',
  operationId: 'syncRecord',
  summary: 'Read one record into the mirror now',
  description:
    'Asks Zoho, ahead of everything else, and answers the record as the mirror has it then; 1 API credit for 50 fields. What takes longer than ten seconds goes on as a session; one that has failed is answered as it is, with 202, too.',
  tag: 'Mirror',
  access: 'operator',
  connection: 'query',
  params: ModuleParams.extend({ id: ZohoId.meta({ description: 'Id of the record.' }) }),
  query: ConnectionQuery,
  headers: idempotencyHeader('session'),
  answers: {
    200: { description: 'The record as the mirror has it now.', schema: MirroredRecord },
    202: {
      description:
        'It takes longer, or its session has not completed: `status` and `errorMessage` of the session say which.',
      schema: SessionAnswer,
      headers: { Location: 'Path of the session.' },
    },
  },
  problems: [...REFRESH_PROBLEMS, 'record_not_found'],
  audit: {
    action: 'mirror.record.sync',
    target: ({ params }, connection) => `${connection}/${params.module}/${params.id}`,
    starts: 'session',
  },
  async handle({ runId, connection, params, actor, headers, principal }, deps) {
    const { sessionId, module } = await startRefresh(deps, {
      id: runId,
      connection,
      module: params.module,
      ids: [params.id],
      actor,
      idempotencyKey: headers['idempotency-key'],
    });
    const session = await waitForEnd(deps, sessionId);
    if (session.status === 'completed') {
      const record = await readMirrorRecord(deps.knex, connection.id, module.key, params.id);
      if (record === undefined) throw notThere(module.apiName, params.id, session);
      return { status: 200, body: Buffer.from(record) };
    }
    return {
      status: 202,
      headers: { Location: sessionPath(sessionId) },
      body: presentSessionAnswer(await viewSession(deps.knex, session), { principal, temporalUi: deps.temporalUi }),
    };
  },
});

async function waitForEnd({ knex }: RouteDeps, sessionId: string): Promise<SyncSessionModel> {
  const until = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const session = await getSession(knex, sessionId);
    if (isFinal(session.status) || Date.now() >= until) return session;
    await sleep(LOOK_EVERY_MS);
  }
}

function notThere(module: string, id: string, { result, id: sessionId }: SyncSessionModel): Problem {
  const failed = Number(result?.['failed'] ?? 0) > 0;
  return new Problem(
    'record_not_found',
    failed
      ? `The record ${id} of ${module} does not fit the mirror: it is in quarantine.`
      : `Zoho has no record ${id} of ${module}, or the connected user may not see it.`,
    { sessionId },
  );
}
