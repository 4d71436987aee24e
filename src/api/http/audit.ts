import type { Knex } from 'knex';
import { insertAuditEntry, settleAuditEntry } from '../../db/access/audit-log';
import type { RouteDeps } from './deps';
import type { CommittedOutcome, ParsedRequest, Principal, Route } from './route';
import { toProblem } from './to-problem';

type AnyRequest = ParsedRequest<unknown, unknown, unknown, unknown>;

/** Stands for the connection of a request that names none where it must. */
const NO_CONNECTION = '-';

/**
 * Audit entry of one request: how a mutation ended, refused and failed ones included. A request leaves one entry.
 *
 * A mutation of the database writes its entry in the transaction that does the work, so that neither exists without
 * the other. One whose effect is elsewhere, at Zoho or in Temporal, gets its entry when the effect is known. Nothing
 * can undo that effect, and a failure would make the caller repeat it: an entry that cannot be written then is logged,
 * and the answer stays what it was. A start is both: its row and a pending entry are one transaction, and the entry is
 * settled once Temporal has answered.
 */
export class AuditTrail {
  readonly #audit: Route['audit'];
  readonly #deps: RouteDeps;
  readonly #principal: Principal | undefined;
  #request: AnyRequest | undefined;
  #entryId: string | undefined;
  #connection = NO_CONNECTION;

  constructor(route: Route, principal: Principal | undefined, deps: RouteDeps) {
    this.#audit = route.audit;
    this.#principal = principal;
    this.#deps = deps;
  }

  /** From here on the entry names the target. */
  announce(request: AnyRequest, connection: string | undefined): void {
    this.#request = request;
    this.#connection = connection ?? NO_CONNECTION;
  }

  /** Writes the entry within the transaction of the work. @param outcome `pending` while a part is yet to come */
  async commitWith(trx: Knex, outcome: CommittedOutcome): Promise<void> {
    this.#entryId = await this.#insert(trx, outcome);
  }

  async succeed(): Promise<void> {
    await this.#settleOrLog('succeeded');
  }

  /** @returns the problem that the caller is shown, which an audit log that cannot be written must not hide */
  async fail(error: unknown): Promise<unknown> {
    if (!this.#audit) return error;
    const problem = toProblem(error);
    await this.#settleOrLog(problem.code);
    return problem;
  }

  async #settleOrLog(outcome: string): Promise<void> {
    await this.#settle(outcome).catch((cause: unknown) =>
      this.#deps.logger.error({ err: cause, action: this.#audit?.action, outcome }, 'audit log not written'),
    );
  }

  async #settle(outcome: string): Promise<void> {
    const { knex } = this.#deps;
    if (this.#entryId !== undefined && (await settleAuditEntry(knex, this.#entryId, outcome))) return;
    await this.#insert(knex, outcome);
  }

  async #insert(knex: Knex, outcome: string): Promise<string | undefined> {
    const [audit, request] = [this.#audit, this.#request];
    if (!audit) return undefined;
    return insertAuditEntry(knex, {
      actor: this.#principal?.actor ?? 'anonymous',
      action: audit.action,
      outcome,
      ...(request && {
        target: audit.target(request, this.#connection),
        details: { requestId: request.requestId, body: audit.details ? audit.details(request) : request.body },
      }),
    });
  }
}
