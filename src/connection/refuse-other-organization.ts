import type { Knex } from 'knex';
import { forgetTokenRejections, requireReauthorization, saveCheckedGrant } from '../db/connections/connection-grants';
import { forgetAccessToken } from '../db/connections/connection-secrets';
import type { ConnectionModel } from '../db/models/connection';
import type { ZohoError } from '../zoho/errors/errors';
import type { ZohoOrg } from '../zoho/metadata/org';
import { otherOrganization } from './token-errors';

/**
 * Keeps a grant if it is of the organization whose data the mirror holds, or of the first one; otherwise the connection
 * must be connected again, and nothing is called with the grant.
 * @returns why it is refused
 */
export async function refuseOtherOrganization(
  trx: Knex.Transaction,
  connection: ConnectionModel,
  org: ZohoOrg,
): Promise<ZohoError | undefined> {
  const { id, orgId, tokenRejections } = connection;
  if (orgId !== null && orgId !== org.zgid) {
    const error = otherOrganization(org.zgid, orgId);
    await forgetAccessToken(trx, id);
    await requireReauthorization(trx, connection, error.message);
    return error;
  }
  await saveCheckedGrant(trx, id, { orgId: org.zgid, orgTimeZone: org.timeZone, edition: org.edition });
  if (tokenRejections > 0) await forgetTokenRejections(trx, id);
  return undefined;
}
