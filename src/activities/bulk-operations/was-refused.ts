import type { ZohoOperation } from '../../domain/zoho-limits';
import { ZohoError } from '../../zoho/errors/errors';

/** Failures of a connection that was never made: nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether it is certain that Zoho has not taken an order: an answer that was lost leaves that open. */
export function wasRefused(error: unknown, operation: ZohoOperation): error is ZohoError {
  if (!(error instanceof ZohoError)) return false;
  if (error.operation !== operation) return true;
  if (error.category === 'network') return NEVER_SENT.has(error.code);
  return error.category !== 'server';
}
