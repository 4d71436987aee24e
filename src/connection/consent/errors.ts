import type { ZohoError } from '../../zoho/errors/errors';

export type GrantRefusalCode =
  /** The state is not one of ours, or not complete. */
  | 'state_unknown'
  /** The consent took too long. */
  | 'state_expired'
  /** The consent came back before. */
  | 'state_used'
  /** The person said no, or Zoho did not like the request. */
  | 'consent_refused'
  /** The code came from a server that is not the one of its data center, or not one of Zoho. */
  | 'foreign_accounts_server'
  /** Zoho does not take the code or the client. */
  | 'code_refused'
  /** Zoho gave no refresh token, and there is none from before. */
  | 'no_refresh_token'
  /** The grant does not even allow to ask which org it is for. */
  | 'scope_missing'
  /** The grant is for another org than the mirror's. */
  | 'other_organization'
  /** The client was replaced while the consent was on its way. */
  | 'client_replaced';

/** A consent or a grant code that does not connect the organization. The message says what to do; it has no secret. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';
  readonly code: GrantRefusalCode;
  readonly connection: string | undefined;

  constructor(
    code: GrantRefusalCode,
    message: string,
    /** The connection it was meant for, once that is certain. */
    connection?: string,
  ) {
    super(message);
    this.code = code;
    this.connection = connection;
  }
}

/** What Zoho's refusal of a code means for the person who brought it; undefined if trying again may help. */
export function refusalOf(error: ZohoError): GrantRefused | undefined {
  if (error.retryable) return undefined;
  if (error.code !== 'invalid_code') return new GrantRefused('code_refused', `${error.message}. ${error.whatToDo}`);
  return new GrantRefused(
    'code_refused',
    'Zoho does not take the grant code: it was used before, has expired, or belongs to another data center. Begin again with a new one.',
  );
}
