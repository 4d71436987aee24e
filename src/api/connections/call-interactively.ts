import { callOrganization, type ZohoCalls } from '../../connection/call';
import { API_WORKER } from '../../connection/ledger';
import type { ConnectionModel } from '../../db/models/connection';
import type { ApiDeps } from '../http/deps';

/**
 * Calls an organization while the client of the API waits. The work runs once more if its calls met nothing but an
 * access token that Zoho no longer accepts: nothing was done yet, and nobody should have to send the request again.
 * @throws ZohoError as `work` does
 */
export async function callInteractively<T>(
  { connect: { organizations } }: Pick<ApiDeps, 'connect'>,
  { id }: Pick<ConnectionModel, 'id'>,
  work: (zoho: ZohoCalls) => Promise<T>,
): Promise<T> {
  return callOrganization(organizations, id, { priority: 'interactive', worker: API_WORKER }, async (zoho) => {
    try {
      return await work(zoho);
    } catch (error) {
      if (zoho.calls.length === 0 || zoho.calls.some(({ failure }) => failure !== 'auth_expired')) throw error;
      return work(zoho);
    }
  });
}
