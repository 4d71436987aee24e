import { type CallLabel, ZohoError } from './errors';

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming for longer than the time limit',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter than announced',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is larger than allowed',
  UND_ERR_DESTROYED: 'this client was closed',
  UND_ERR_CLOSED: 'this client was closed',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
};

/**
 * Turns what the HTTP layer threw into a `ZohoError`. Its message is replaced by ours: parser errors repeat the bytes
 * they stumbled over.
 */
export function networkError(label: CallLabel, thrown: unknown): ZohoError {
  if (thrown instanceof ZohoError) return thrown;
  const code = codeOf(thrown);
  if (code === 'UND_ERR_INVALID_ARG') {
    const reason = 'not sent: a header or parameter of the request is not valid';
    return new ZohoError({ ...label, category: 'request_bug', code, reason });
  }
  const reason = `${REASONS[code] ?? 'the connection failed'} (${code})`;
  return new ZohoError({ ...label, category: 'network', code, reason });
}

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'CONNECTION_FAILED';
}
