import { z } from 'zod';
import { CALLBACK_PATHS } from '../../connection/callback-urls';
import { completeConsent } from '../../connection/consent/authorization-code-flow';
import { GrantRefused } from '../../connection/consent/errors';
import { insertAuditEntry } from '../../db/access/audit-log';
import type { RouteDeps } from '../http/deps';
import type { Problem } from '../http/problem';
import { defineRoute, type RouteAnswer } from '../http/route';
import { toProblem } from '../http/to-problem';
import { CALLBACK_HEADERS, renderCallbackPage, type CallbackPage } from './callback-page';

const part = z.string().max(2_000).optional();
const CallbackQuery = z.object({
  state: part.meta({ description: 'As the consent was begun with; works once.' }),
  code: part.meta({ description: 'The grant code.' }),
  error: part.meta({ description: 'Instead of a code.' }),
  location: part.meta({ description: 'Name of the data center.' }),
  'accounts-server': part.meta({ description: 'Where the code can be exchanged.' }),
});

const page = (description: string) => ({ description, schema: z.string(), contentType: 'text/html' });

/**
 * Where Zoho sends the browser back to. Open, since it comes without an API key: the state stands for the administrator
 * who began the consent. Answers pages, since a person looks at them.
 */
export const oauthCallback = defineRoute({
  method: 'get',
  path: CALLBACK_PATHS.consent,
  operationId: 'oauthCallback',
  tag: 'Connections',
  summary: 'End a consent in the browser',
  access: 'open',
  query: CallbackQuery,
  answers: {
    200: page('The organization is connected.'),
    400: page('The organization is not connected, and why.'),
    503: page('Zoho or a part of the engine did not answer.'),
  },
  problems: [],
  async handle({ query, requestId }, deps) {
    const { state, code, error, location } = query;
    try {
      const callback = { state, code, error, location, accountsServer: query['accounts-server'] };
      const { connection, requestedBy } = await completeConsent(deps.connect, callback);
      await audit(deps, requestId, 'succeeded', connection.name, requestedBy);
      const text = `Pipeline Pulse Sync may now use Zoho for the connection ${connection.name}. You can close this page.`;
      return answer(200, { title: 'Connected', text });
    } catch (failure) {
      const refused = failure instanceof GrantRefused ? failure : undefined;
      const problem = toProblem(failure);
      logOurFault(deps, requestId, problem);
      // Anybody can make a state up: only what belongs to a consent is worth a line that stays.
      if (refused?.code !== 'state_unknown')
        await audit(deps, requestId, refused?.code ?? problem.code, refused?.connection);
      return answer(problem.kind.status >= 500 ? 503 : 400, { title: 'Not connected', text: problem.message });
    }
  },
});

function answer<Status extends number>(status: Status, content: CallbackPage): RouteAnswer<Status, string> {
  return { status, headers: { ...CALLBACK_HEADERS }, body: renderCallbackPage(content) };
}

function logOurFault({ logger }: RouteDeps, requestId: string, problem: Problem): void {
  if (problem.kind.status < 500) return;
  logger.error({ err: problem.cause ?? problem, requestId, code: problem.code }, problem.message);
}

/** A consent has an end that is worth keeping whether or not the connection is known. */
async function audit(
  { knex, logger }: RouteDeps,
  requestId: string,
  outcome: string,
  connection: string | undefined,
  requestedBy = 'anonymous',
): Promise<void> {
  await insertAuditEntry(knex, {
    actor: requestedBy,
    action: 'connection.callback',
    ...(connection !== undefined && { target: `connection/${connection}` }),
    outcome,
    details: { requestId },
  }).catch((cause: unknown) => logger.error({ err: cause, requestId }, 'audit log not written'));
}
