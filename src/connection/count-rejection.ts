import type { Knex } from 'knex';
import { requireReauthorization, saveTokenRejections } from '../db/connections/connection-grants';
import { blockTokenRequests } from '../db/connections/token-request-budget';
import type { ConnectionModel } from '../db/models/connection';
import { ZohoError } from '../zoho/errors/errors';
import { describeRefusedTokens, newTokensRefused } from './token-errors';

/** Access tokens in a row, none of which Zoho took for a call, after which it is believed to take no other either. */
export const REJECTIONS_TO_BELIEVE = 4;
/** Pauses before the next token after so many rejections, in parts of the time after which a refusal is confirmed. */
const PAUSES = [0, 1 / 4, 1];

/**
 * Counts a token in the row that Zoho took for no call. Later ones are asked for after growing pauses; after some the
 * connection must be connected again.
 * @returns the failure of the call
 */
export async function countRejection(
  trx: Knex.Transaction,
  connection: ConnectionModel,
  refusal: ZohoError,
  confirmAfterMs: number,
): Promise<ZohoError> {
  const rejections = connection.tokenRejections + 1;
  if (rejections >= REJECTIONS_TO_BELIEVE) {
    const error = newTokensRefused(refusal, rejections);
    await requireReauthorization(trx, connection, error.message);
    return error;
  }
  const why = rejections > 1 ? describeRefusedTokens(refusal, rejections) : null;
  await saveTokenRejections(trx, connection.id, rejections, why);
  const pauseMs = confirmAfterMs * (PAUSES[rejections - 1] ?? 1);
  if (why === null || pauseMs === 0) return refusal;
  await blockTokenRequests(trx, connection.id, pauseMs);
  const { operation, module, category, code, httpStatus } = refusal;
  return new ZohoError({ operation, module, category, code, httpStatus, reason: why, retryAfterMs: pauseMs });
}
