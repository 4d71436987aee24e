import { saveGrant } from '../../db/connections/connection-grants';
import { openSecrets } from '../../db/connections/connection-secrets';
import { getConnection, withTokenRow } from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { type GrantedTokens, ZohoAccounts } from '../../zoho/auth/oauth';
import { ZohoError } from '../../zoho/errors/errors';
import { getOrg, type ZohoOrg } from '../../zoho/metadata/org';
import { callOrganization } from '../call';
import { API_WORKER } from '../ledger';
import type { ConnectSettings } from '../settings';
import { GrantRefused, grantRefusalOf } from './errors';

/** A grant code and its origin. */
export interface GrantCode {
  code: string;
  /** The accounts server that issued it, the only one where it works. */
  accountsUrl: string;
  dataCenter: string;
  /** As in the authorization request; self clients have none. */
  redirectUri?: string | undefined;
  /** The requested scopes, stored when Zoho does not name the granted ones. */
  scopes: readonly string[];
}

/**
 * Exchanges a grant code, makes sure that it is for the organization whose data the mirror holds, and stores the grant.
 * A refused grant is revoked again if Zoho can be reached; a rate limit says nothing of the grant and revokes none.
 *
 * @returns the connection as it is afterwards
 * @throws GrantRefused, ZohoError where trying again with a new code may help
 */
export async function acceptGrant(
  settings: ConnectSettings,
  connection: ConnectionModel,
  grant: GrantCode,
): Promise<ConnectionModel> {
  const ring = settings.keyRing();
  const accounts = new ZohoAccounts({
    accountsUrl: grant.accountsUrl,
    clientId: connection.clientId,
    clientSecret: openSecrets(ring, connection).clientSecret,
    redirectUri: grant.redirectUri,
    timeoutMs: settings.timeoutMs,
    allowLoopback: settings.allowLoopback,
    privateHosts: settings.privateHosts,
  });
  try {
    const tokens = await exchange(accounts, grant.code);
    try {
      const org = await organizationOf(settings, connection.id, tokens);
      await store(settings, connection, grant, tokens, org);
    } catch (error) {
      const isLimit = error instanceof ZohoError && error.category === 'rate_limited';
      if (tokens.refreshToken !== null && !isLimit) await accounts.revoke(tokens.refreshToken).catch(() => undefined);
      throw error;
    }
  } finally {
    await accounts.close();
  }
  return getConnection(settings.knex, connection.id);
}

async function exchange(accounts: ZohoAccounts, code: string): Promise<GrantedTokens> {
  try {
    return await accounts.exchange(code);
  } catch (error) {
    throw (error instanceof ZohoError && grantRefusalOf(error)) || error;
  }
}

async function organizationOf(
  { organizations }: ConnectSettings,
  connectionId: string,
  token: GrantedTokens,
): Promise<ZohoOrg> {
  const caller = { priority: 'interactive', worker: API_WORKER, token } as const;
  try {
    return await callOrganization(organizations, connectionId, caller, ({ transport, options }) =>
      getOrg(transport, options),
    );
  } catch (error) {
    if (!(error instanceof ZohoError) || error.category !== 'permission') throw error;
    const message = 'The grant does not allow to read the organization: ask for a code with ZohoCRM.org.READ too.';
    throw new GrantRefused('scope_missing', message);
  }
}

/** Stores the grant under the row's lock, after checking that the connection has not changed meanwhile. */
async function store(
  settings: ConnectSettings,
  { id, clientId }: ConnectionModel,
  grant: GrantCode,
  tokens: GrantedTokens,
  org: ZohoOrg,
): Promise<void> {
  const ring = settings.keyRing();
  await withTokenRow(settings.knex, id, async (trx, now) => {
    if (now.clientId !== clientId) {
      throw new GrantRefused('client_replaced', 'The client of the connection was replaced meanwhile. Begin again.');
    }
    if (now.orgId !== null && org.zgid !== now.orgId) {
      throw new GrantRefused(
        'other_organization',
        `The grant is for the Zoho organization ${org.zgid ?? 'without a number'}, the mirror holds the data of ${now.orgId}. ` +
          'Consent as a user of that organization, or make another connection for this one.',
      );
    }
    const refreshToken = tokens.refreshToken ?? openSecrets(ring, now).refreshToken;
    if (refreshToken === undefined) {
      throw new GrantRefused(
        'no_refresh_token',
        'Zoho gave no refresh token. Begin again and accept on the consent page.',
      );
    }
    await saveGrant(trx, ring, now, {
      accountsUrl: grant.accountsUrl,
      dataCenter: grant.dataCenter,
      refreshToken,
      accessToken: tokens.accessToken,
      expiresAt: tokens.expiresAt,
      apiDomain: tokens.apiDomain,
      scopes: tokens.scopes ?? grant.scopes,
      orgId: org.zgid,
    });
  });
}
