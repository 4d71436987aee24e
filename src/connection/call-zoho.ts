import { insertLedgerEntries } from '../db/credits/api-ledger';
import type { ConnectionModel } from '../db/models/connection';
import type { Logger } from '../logger';
import type { ZohoCall } from '../zoho/http/observer';
import type { CallOptions, ZohoTransport } from '../zoho/http/transport';
import { withOrganization } from './consent/manage-grant';
import { ledgerEntries } from './ledger-entries';
import type { ConnectSettings } from './settings';

/** What calling an organization for a person works with. */
export interface ZohoCaller {
  readonly connect: ConnectSettings;
  readonly logger: Logger;
}

/** How the ledger names the control API among the engine's parts. */
export const API_WORKER = 'control-api';

/**
 * Runs calls to Zoho that a person waits for. Whatever becomes of them, what they cost is in the ledger afterwards.
 *
 * @param work makes its calls with these options. It is run once more if its calls met nothing but an access token that
 *   Zoho no longer takes.
 * @throws ZohoError as `work` does.
 */
export async function callZoho<T>(
  { connect, logger }: ZohoCaller,
  connection: ConnectionModel,
  work: (transport: ZohoTransport, options: CallOptions) => Promise<T>,
): Promise<T> {
  const calls: ZohoCall[] = [];
  const options: CallOptions = { observer: (call) => calls.push(call), priority: 'people' };
  const attempt = (): Promise<T> => withOrganization(connect, connection, (transport) => work(transport, options));
  try {
    return await attempt().catch((error: unknown) => {
      // Nothing was done yet, and the refused token is replaced: no person should have to press the button again.
      if (calls.length > 0 && calls.every(({ failure }) => failure === 'auth_expired')) return attempt();
      throw error;
    });
  } finally {
    const entries = ledgerEntries({ connectionId: connection.id, worker: API_WORKER }, calls);
    await insertLedgerEntries(connect.knex, entries).catch((error: unknown) => {
      logger.error({ err: error, calls: calls.length }, 'The cost of calls to Zoho could not be written down.');
    });
  }
}
