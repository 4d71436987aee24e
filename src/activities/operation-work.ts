import type { OperationTarget } from '../temporal/contract/targets';
import type { ActivityDependencies } from './dependencies';
import { withZoho, type ZohoWork } from './with-zoho';

/** Runs work of a bulk operation that calls Zoho; its calls are paid into the ledger under the operation's id. */
export function withZohoFor<T>(
  deps: ActivityDependencies,
  { connectionId, operationId }: OperationTarget,
  work: (zoho: ZohoWork) => Promise<T>,
): Promise<T> {
  return withZoho(deps, { connectionId, sessionId: operationId }, work, 'push');
}
