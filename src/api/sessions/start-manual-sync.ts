import { viewSession } from '../../db/sessions/session-view';
import { getSession } from '../../db/sessions/sessions';
import { idempotencyHeader } from '../http/parameters';
import { defineRoute } from '../http/route';
import { sessionPath } from '../paths';
import { presentSessionAnswer } from './present';
import { ManualSyncRequest, SessionAnswer } from './schemas';
import { REFRESH_PROBLEMS, startRefresh } from './start-refresh';

export const startManualSync = defineRoute({
  method: 'post',
  path: '/syncs/manual',
  operationId: 'startManualSync',
  summary: 'Read chosen records into the mirror',
  description:
    'Asks Zoho for up to 2,000 records by their ids, ahead of everything else and whatever else reads the module; 1 API credit for 100 records and 50 fields. Records that Zoho does not know leave the mirror, unless they are more of it than the mass-delete guard lets go unasked: then they stay, and the session says so.',
  tag: 'Syncs',
  access: 'operator',
  connection: 'body',
  headers: idempotencyHeader('session'),
  body: ManualSyncRequest,
  answers: {
    202: { description: 'Started.', schema: SessionAnswer, headers: { Location: 'Path of the session.' } },
  },
  problems: REFRESH_PROBLEMS,
  audit: {
    action: 'sync.manual.start',
    target: ({ body }, connection) => `${connection}/${body.module}`,
    details: ({ body }) => ({ module: body.module, connection: body.connection, records: body.ids.length }),
    starts: 'session',
  },
  async handle({ runId: id, connection, body, actor, headers, principal }, deps) {
    const { sessionId } = await startRefresh(deps, {
      id,
      connection,
      module: body.module,
      ids: body.ids,
      actor,
      idempotencyKey: headers['idempotency-key'],
    });
    const view = await viewSession(deps.knex, await getSession(deps.knex, sessionId));
    return {
      status: 202,
      headers: { Location: sessionPath(sessionId) },
      body: presentSessionAnswer(view, { principal, temporalUi: deps.temporalUi }),
    };
  },
});
