import type { Knex } from 'knex';
import { insertAuditEntry } from '../../db/access/audit-log';
import type { RouteDeps } from './deps';
import type { Principal, Route, RouteRequest } from './route';
import { toProblem } from './to-problem';

type AnyRequest = RouteRequest<unknown, unknown, unknown, unknown>;

/** Audit entry of one request: how a mutation ended, refused and failed ones included. */
export class AuditTrail {
  readonly #audit: Route['audit'];
  readonly #deps: RouteDeps;
  readonly #principal: Principal | undefined;
  #request: AnyRequest | undefined;
  #isWritten = false;

  constructor(route: Route, principal: Principal | undefined, deps: RouteDeps) {
    this.#audit = route.audit;
    this.#principal = principal;
    this.#deps = deps;
  }

  /** From here on the entry names the target. */
  announce(request: AnyRequest): void {
    this.#request = request;
  }

  /** Writes the entry of a success within the transaction that does the work, so that neither exists without the other. */
  async commitWith(trx: Knex): Promise<void> {
    await this.#insert(trx, 'succeeded');
    this.#isWritten = true;
  }

  /** The work is done: an entry that cannot be written is logged, because a failure would make the caller repeat it. */
  async succeed(): Promise<void> {
    if (!this.#isWritten) await this.#insertOrLog('succeeded');
  }

  /** @returns the problem that the caller is shown, which an audit log that cannot be written must not hide */
  async fail(error: unknown): Promise<unknown> {
    if (!this.#audit) return error;
    const problem = toProblem(error);
    await this.#insertOrLog(problem.code);
    return problem;
  }

  async #insertOrLog(outcome: string): Promise<void> {
    await this.#insert(this.#deps.knex, outcome).catch((cause: unknown) =>
      this.#deps.logger.error({ err: cause, action: this.#audit?.action, outcome }, 'audit log not written'),
    );
  }

  async #insert(knex: Knex, outcome: string): Promise<void> {
    const [audit, request] = [this.#audit, this.#request];
    if (!audit) return;
    await insertAuditEntry(knex, {
      actor: this.#principal?.actor ?? 'anonymous',
      action: audit.action,
      outcome,
      ...(request && {
        target: audit.target(request),
        details: { requestId: request.requestId, body: audit.details ? audit.details(request) : request.body },
      }),
    });
  }
}
