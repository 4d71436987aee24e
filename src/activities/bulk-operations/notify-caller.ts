import { createHmac } from 'node:crypto';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { callbackSecretPurpose, getBulkOperation, saveCallbackAttempt } from '../../db/bulk-operations/bulk-operations';
import type { BulkOperationModel } from '../../db/models/bulk-operation';
import { FAILURES, pendingFailure } from '../../temporal/contract/failures';
import type { OperationTarget } from '../../temporal/contract/targets';
import { AddressNotAllowed } from '../../zoho/http/guarded-connector';
import type { ActivityDependencies } from '../dependencies';

/** After these the notice is given up; the caller can still ask for the result. */
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 5 * 60_000;

/**
 * Tells the caller of an operation that it has ended: one POST without any value of a record. The header
 * `Pulse-Signature: t={seconds},v1={hex}` is the HMAC-SHA256 of `{seconds}.{body}` with the caller's secret. Whatever
 * answers 2xx has taken it; the same message may come twice, and names the operation by its id. A URL that leads to an
 * address which may not be called is given up at once.
 * @throws callback.not_taken with the time of the next attempt, until the attempts are used up
 * @returns whether it was taken
 */
export async function notifyCaller(deps: ActivityDependencies, { operationId }: OperationTarget): Promise<boolean> {
  const operation = await getBulkOperation(deps.knex, operationId);
  const { callbackUrl, callbackSecret, callbackState } = operation;
  if (callbackUrl === null || callbackSecret === null || callbackState !== 'pending') {
    return callbackState === 'delivered';
  }
  const secret = deps.openSecret(callbackSecretPurpose(operationId), callbackSecret);
  const { problem, isFinal } = await post(deps, callbackUrl, secret, JSON.stringify(messageOf(operation)));
  if (problem === undefined) {
    await saveCallbackAttempt(deps.knex, operationId, 'delivered');
    return true;
  }
  const { attempt } = activityInfo();
  const isLast = isFinal || attempt >= MAX_ATTEMPTS;
  await saveCallbackAttempt(deps.knex, operationId, isLast ? 'failed' : 'pending');
  if (isLast) return false;
  throw pendingFailure(
    FAILURES.callback.notTaken,
    `The caller's URL did not take the message: ${problem}.`,
    Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (attempt - 1)),
  );
}

function messageOf(operation: BulkOperationModel): object {
  const { id, kind, status, totalRecords, processedRecords, successfulRecords, failedRecords, completedAt } = operation;
  return {
    id,
    kind,
    status,
    totalRecords,
    processedRecords,
    successfulRecords,
    failedRecords,
    completedAt: completedAt?.toISOString() ?? null,
  };
}

/** @returns what is wrong, without the URL, which may hold a secret; undefined if it was taken */
async function post(
  { callers }: ActivityDependencies,
  url: string,
  secret: string,
  body: string,
): Promise<{ problem?: string; isFinal?: boolean }> {
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const headers = { 'pulse-signature': `t=${seconds},v1=${signature}` };
  try {
    const status = await callers.post(url, headers, body, cancellationSignal());
    return status >= 200 && status < 300 ? {} : { problem: `it answered ${status}` };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return { problem: `it could not be reached (${code ?? name})`, isFinal: error instanceof AddressNotAllowed };
  }
}
