import { callOrganization, retryExpired, type ZohoCalls } from '../../connection/call';
import { API_WORKER } from '../../connection/ledger';
import type { ConnectionModel } from '../../db/models/connection';
import type { RouteDeps } from '../http/deps';

type CallDeps = Pick<RouteDeps, 'connect' | 'readerCredits'>;

/**
 * Calls an organization while the client of the API waits. The work runs once more if its calls met nothing but an
 * access token that Zoho no longer accepts: nothing was done yet, and nobody should have to send the request again.
 *
 * @param work calls Zoho and does nothing else, since it may run twice
 * @throws ZohoError as `work` does; Problem `credit_share_spent` for a caller who may only read
 */
export async function callInteractively<T>(
  deps: CallDeps,
  connection: Pick<ConnectionModel, 'id'>,
  work: (zoho: ZohoCalls) => Promise<T>,
): Promise<T> {
  return callInteractivelyOnce(deps, connection, (zoho) => retryExpired(zoho, () => work(zoho)));
}

/** Calls an organization as `callInteractively` does, for work that also writes and repeats its calls itself. */
export async function callInteractivelyOnce<T>(
  { connect: { organizations }, readerCredits }: CallDeps,
  { id }: Pick<ConnectionModel, 'id'>,
  work: (zoho: ZohoCalls) => Promise<T>,
): Promise<T> {
  await readerCredits?.assertLeft(id);
  return callOrganization(organizations, id, { priority: 'interactive', worker: API_WORKER }, async (zoho) => {
    try {
      return await work(zoho);
    } finally {
      await readerCredits?.spend(
        id,
        zoho.calls.reduce((sum, { credits }) => sum + credits, 0),
      );
    }
  });
}
