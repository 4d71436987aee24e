import { z } from 'zod';
import { CALLBACK_PATHS } from '../../connection/callback-urls';
import { completeConsent } from '../../connection/consent/authorization-code-flow';
import { GrantRefused } from '../../connection/consent/errors';
import { insertAuditEntry, settleAuditEntry } from '../../db/access/audit-log';
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
  async handle({ query, requestId, address }, deps) {
    const { state, code, error, location } = query;
    const entry = new ConsentEntry(deps, { requestId, address });
    try {
      const callback = { state, code, error, location, accountsServer: query['accounts-server'] };
      const { connection } = await completeConsent(deps.connect, callback, (found, by) => entry.begin(found.name, by));
      await entry.settle('succeeded');
      const text = `Pipeline Pulse Sync may now use Zoho for the connection ${connection.name}. You can close this page.`;
      return answer(200, { title: 'Connected', text });
    } catch (failure) {
      const refused = failure instanceof GrantRefused ? failure : undefined;
      const problem = toProblem(failure);
      logOurFault(deps, requestId, problem);
      await entry.settle(refused?.code ?? problem.code);
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

/** Entry of a consent in the audit log: there before the grant is taken, and settled by what becomes of it. */
class ConsentEntry {
  readonly #deps: RouteDeps;
  readonly #details: object;
  #id: string | undefined;

  constructor(deps: RouteDeps, details: { requestId: string; address: string | undefined }) {
    this.#deps = deps;
    this.#details = details;
  }

  async begin(connection: string, requestedBy: string): Promise<void> {
    const target = `connection/${connection}`;
    const entry = { actor: requestedBy, action: 'connection.callback', target, details: this.#details };
    this.#id = await insertAuditEntry(this.#deps.knex, { ...entry, outcome: 'pending' });
  }

  /** A callback whose state belongs to no consent that could go on has none: anybody can make one up, or repeat one. */
  async settle(outcome: string): Promise<void> {
    const { knex, logger } = this.#deps;
    if (this.#id === undefined) return;
    await settleAuditEntry(knex, this.#id, outcome).catch((cause: unknown) =>
      logger.error({ err: cause, ...this.#details, outcome }, 'audit log not written'),
    );
  }
}
