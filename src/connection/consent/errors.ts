import type { ZohoError } from '../../zoho/errors/errors';

export type GrantRefusalCode =
  /** The state is unknown or incomplete. */
  | 'state_unknown'
  /** The consent took too long. */
  | 'state_expired'
  /** The consent came back before. */
  | 'state_used'
  /** The user declined, or Zoho refused the request. */
  | 'consent_refused'
  /** The code came from a server that is not Zoho's, or belongs to another data center. */
  | 'foreign_accounts_server'
  /** Zoho refused the code or the client. */
  | 'code_refused'
  /** Zoho issued no refresh token, and none is stored. */
  | 'no_refresh_token'
  /** The grant does not allow reading the organization it is for. */
  | 'scope_missing'
  /** The grant is for another organization than the mirror's. */
  | 'other_organization'
  /** The client was replaced during the consent. */
  | 'client_replaced';

/** Refusal of a consent or a grant code. The message says what to do and contains no secret. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';
  readonly code: GrantRefusalCode;
  readonly connection: string | undefined;

  constructor(
    code: GrantRefusalCode,
    message: string,
    /** The connection the grant was meant for, once it is certain. */
    connection?: string,
  ) {
    super(message);
    this.code = code;
    this.connection = connection;
  }
}

/** The refusal of a grant after Zoho refused its code; undefined if another attempt may help. */
export function grantRefusalOf(error: ZohoError): GrantRefused | undefined {
  if (error.retryable) return undefined;
  if (error.code !== 'invalid_code') return new GrantRefused('code_refused', `${error.message}. ${error.whatToDo}`);
  return new GrantRefused(
    'code_refused',
    'Zoho does not take the grant code: it was used before, has expired, or belongs to another data center. Begin again with a new one.',
  );
}
