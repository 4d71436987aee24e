import type { Knex } from 'knex';
import { insertAuditEntry, settleAuditEntry } from '../../db/access/audit-log';
import type { RouteDeps } from './deps';
import type { ParsedRequest, Principal, Route } from './route';
import { toProblem } from './to-problem';

type AnyRequest = ParsedRequest<unknown, unknown, unknown, unknown>;

/** Stands for the connection of a request that names none where it must. */
const NO_CONNECTION = '-';

/** Facts of a request that every entry names. */
export interface AuditedCall {
  readonly requestId: string;
  /** Address of the caller. */
  readonly address: string | undefined;
  /** Path of the request: stands for the target of one that was refused before it was read. */
  readonly path: string;
}

/**
 * Audit entry of one request: how a mutation ended, refused and failed ones included. A request leaves one entry.
 *
 * The entry is there before the act, as pending: what cannot be written down is not done. A mutation of the database
 * settles it in the transaction that does the work, so that neither is true without the other. One whose effect is
 * elsewhere, at Zoho or in Temporal, settles it when the effect is known; if that fails, the entry stays pending, which
 * says no more than what is known, the failure is logged, and the caller is not made to repeat what is done. That of a
 * start names its run, by which `settlePendingStarts` finds out later what became of it.
 */
export class AuditTrail {
  readonly #audit: Route['audit'];
  readonly #deps: RouteDeps;
  readonly #principal: Principal | undefined;
  readonly #call: AuditedCall;
  #request: AnyRequest | undefined;
  #entryId: string | undefined;
  #connection = NO_CONNECTION;

  constructor(route: Route, principal: Principal | undefined, call: AuditedCall, deps: RouteDeps) {
    this.#audit = route.audit;
    this.#principal = principal;
    this.#call = call;
    this.#deps = deps;
  }

  /** From here on the entry names the target. */
  announce(request: AnyRequest, connection: string | undefined): void {
    this.#request = request;
    this.#connection = connection ?? NO_CONNECTION;
  }

  /** Writes the entry before the act. @throws what keeps it from being written; the act must not follow then */
  async begin(): Promise<void> {
    this.#entryId = await this.#insert('pending');
  }

  /** Settles the entry within the transaction that does all of the work. */
  async commitWith(trx: Knex): Promise<void> {
    if (this.#entryId !== undefined) await settleAuditEntry(trx, this.#entryId, 'succeeded');
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
    if (this.#entryId === undefined) await this.#insert(outcome);
    else await settleAuditEntry(this.#deps.knex, this.#entryId, outcome);
  }

  async #insert(outcome: string): Promise<string | undefined> {
    const [audit, request] = [this.#audit, this.#request];
    if (!audit) return undefined;
    const { requestId, address, path } = this.#call;
    return insertAuditEntry(this.#deps.knex, {
      actor: this.#principal?.actor ?? 'anonymous',
      action: audit.action,
      outcome,
      target: request ? audit.target(request, this.#connection) : path,
      details: {
        requestId,
        address,
        ...(request && audit.starts && { run: `${audit.starts}/${request.runId}` }),
        ...(request && { body: audit.details ? audit.details(request) : request.body }),
      },
    });
  }
}
