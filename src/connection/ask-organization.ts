import type { Knex } from 'knex';
import { insertLedgerEntries } from '../db/credits/api-ledger';
import type { ZohoCall } from '../zoho/http/call-report';
import type { ZohoTransport } from '../zoho/http/transport';
import { getOrg, type ZohoOrg } from '../zoho/metadata/org';
import { ledgerEntries } from './ledger';

/** Name of the check of grants in the ledger, among the engine's parts. */
const GRANT_CHECK = 'grant-check';

/**
 * Asks which organization a token is of, before it is used for anything else. The organization may be another one, so
 * the account of the connection does not pay; the ledger has the call.
 * @param transport with the token; it is closed afterwards
 * @throws ZohoError
 */
export async function askOrganization(knex: Knex, connectionId: string, transport: ZohoTransport): Promise<ZohoOrg> {
  const calls: ZohoCall[] = [];
  try {
    return await getOrg(transport, { observer: (call) => calls.push(call) });
  } finally {
    const entries = ledgerEntries({ connectionId, worker: GRANT_CHECK }, calls);
    await insertLedgerEntries(knex, entries).catch(() => undefined);
    await transport.close();
  }
}
