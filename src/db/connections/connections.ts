import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import { ConnectionModel, type ConnectionStatus } from '../models/connection';
import { open, reseal, seal, type KeyRing } from '../postgres/encryption';

export class ConnectionNotFound extends Error {
  override readonly name = 'ConnectionNotFound';
  readonly connection: string;

  constructor(connection: string) {
    super(`There is no connection "${connection}".`);
    this.connection = connection;
  }
}

/** What the environment says about a Zoho org. */
export interface ConnectionSettings {
  /** Lower-case letters, digits and `_`; also names the mirror's schema. */
  name: string;
  dataCenter: string;
  accountsUrl: string;
  clientId: string;
  clientSecret: string;
  /** Empty until the org has been connected. */
  refreshToken?: string;
  /** An access token to start with; its lifetime is unknown, so it is used until Zoho refuses it. */
  accessToken?: string;
}

/** The secrets of a connection, decrypted. */
export interface ConnectionSecrets {
  clientSecret: string;
  refreshToken?: string;
  accessToken?: string;
}

export interface IssuedToken {
  accessToken: string;
  expiresAt: Date;
  apiDomain?: string;
  /** Only when Zoho issued a new one. */
  refreshToken?: string;
}

type SecretColumn = 'clientSecretEncrypted' | 'refreshTokenEncrypted' | 'accessTokenEncrypted';
const SECRET_COLUMNS: readonly SecretColumn[] = [
  'clientSecretEncrypted',
  'refreshTokenEncrypted',
  'accessTokenEncrypted',
];

/** The first connection's tables are `crm.deals`; another org's are `crm_{name}.deals`. */
const FIRST_CONNECTION = 'crm';

/**
 * Creates the connection, or brings it up to date with its settings. Settings that are the same as the last time change
 * nothing, so whatever was connected since through the API outlives a restart. Tokens that were issued since stay,
 * unless the settings bring a new grant: another refresh token or another client.
 */
export async function ensureConnection(
  knex: Knex,
  ring: KeyRing,
  settings: ConnectionSettings,
): Promise<ConnectionModel> {
  return knex.transaction(async (trx) => {
    const existing = await lockByName(trx, settings.name);
    if (!existing) return insertConnection(trx, ring, settings, hashOf(settings));
    const known = openSecrets(ring, existing);
    const settingsHash = hashOf(settings);
    if (existing.settingsHash?.equals(settingsHash)) return existing;
    const granted = settings.refreshToken || known.refreshToken;
    const sameGrant = existing.clientId === settings.clientId && known.refreshToken === granted;
    const newSecret = known.clientSecret !== settings.clientSecret;
    const { id } = existing;
    return ConnectionModel.query(trx).patchAndFetchById(id, {
      dataCenter: settings.dataCenter,
      accountsUrl: settings.accountsUrl,
      clientId: settings.clientId,
      ...(newSecret && sealClientSecret(ring, id, settings.clientSecret)),
      ...(!sameGrant && {
        ...sealedTokens(ring, id, settings),
        accessTokenExpiresAt: null,
        apiDomain: null,
        tokenRequests: [],
        tokenRequestsBlockedUntil: null,
      }),
      ...((!sameGrant || newSecret) && { status: 'active', statusReason: null, tokenRefusals: 0 }),
      settingsHash,
      updatedAt: new Date(),
    });
  });
}

/** @param nameOrId the connection's name (`crm`) or its uuid */
export async function findConnection(knex: Knex, nameOrId: string): Promise<ConnectionModel | undefined> {
  const byId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  return ConnectionModel.query(knex).findOne(byId ? { id: nameOrId } : { name: nameOrId });
}

/** @throws ConnectionNotFound */
export async function getConnection(knex: Knex, nameOrId: string): Promise<ConnectionModel> {
  const connection = await findConnection(knex, nameOrId);
  if (!connection) throw new ConnectionNotFound(nameOrId);
  return connection;
}

export async function listConnections(knex: Knex): Promise<ConnectionModel[]> {
  return ConnectionModel.query(knex).orderBy('name');
}

/**
 * Runs `work` while this process alone may change the connection's tokens; other processes wait. Whoever enters looks
 * at the row first: the one before may already have refreshed the token.
 * @throws ConnectionNotFound
 */
export async function withTokenRow<T>(
  knex: Knex,
  connectionId: string,
  work: (trx: Knex.Transaction, connection: ConnectionModel) => Promise<T>,
): Promise<T> {
  return knex.transaction(async (trx) => {
    const connection = await ConnectionModel.query(trx).findById(connectionId).forUpdate();
    if (!connection) throw new ConnectionNotFound(connectionId);
    return work(trx, connection);
  });
}

/** @throws EncryptionKeyMissing, SealedValueInvalid */
export function openSecrets(ring: KeyRing, connection: ConnectionModel): ConnectionSecrets {
  const opened = (column: SecretColumn): string | undefined => {
    const sealed = connection[column];
    return sealed === null ? undefined : open(ring, purpose(connection.id, column), sealed);
  };
  const refreshToken = opened('refreshTokenEncrypted');
  const accessToken = opened('accessTokenEncrypted');
  return {
    clientSecret: open(ring, purpose(connection.id, 'clientSecretEncrypted'), connection.clientSecretEncrypted),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(accessToken !== undefined && { accessToken }),
  };
}

/** Stores what Zoho's token endpoint answered; a connection that needed a new grant is active again. */
export async function saveIssuedToken(knex: Knex, ring: KeyRing, id: string, token: IssuedToken): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({
      ...sealedTokens(ring, id, token),
      accessTokenExpiresAt: token.expiresAt,
      ...(token.apiDomain !== undefined && { apiDomain: token.apiDomain }),
      status: 'active',
      statusReason: null,
      updatedAt: new Date(),
    });
}

/** Drops the access token, so that the next call asks for a new one. */
export async function forgetAccessToken(knex: Knex, id: string): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ accessTokenEncrypted: null, accessTokenExpiresAt: null, updatedAt: new Date() });
}

export async function setConnectionStatus(
  knex: Knex,
  id: string,
  status: ConnectionStatus,
  reason: string | null,
): Promise<void> {
  await ConnectionModel.query(knex).findById(id).patch({ status, statusReason: reason, updatedAt: new Date() });
}

/** Stores what Zoho's "Get Organization" says about the org. */
export async function saveOrganization(
  knex: Knex,
  id: string,
  organization: Partial<Pick<ConnectionModel, 'orgId' | 'orgTimeZone' | 'edition' | 'apiDomain' | 'scopes'>>,
): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ ...organization, updatedAt: new Date() });
}

/**
 * Key rotation: seals every stored secret with the ring's first key. Afterwards the old keys can leave the ring.
 * @returns how many connections were rewritten
 */
export async function reencryptConnections(knex: Knex, ring: KeyRing): Promise<number> {
  let rewritten = 0;
  for (const { id } of await ConnectionModel.query(knex).select('id')) {
    const changed = await withTokenRow(knex, id, async (trx, connection) => {
      const patch: Partial<Record<SecretColumn, string>> = {};
      for (const column of SECRET_COLUMNS) {
        const sealed = connection[column];
        if (sealed === null) continue;
        const resealed = reseal(ring, purpose(id, column), sealed);
        if (resealed !== sealed) patch[column] = resealed;
      }
      if (Object.keys(patch).length === 0) return false;
      await connection.$query(trx).patch(patch);
      return true;
    });
    if (changed) rewritten += 1;
  }
  return rewritten;
}

/** The connection of that name, or the right to make it: others wait until the transaction ends. */
export async function lockByName(trx: Knex.Transaction, name: string): Promise<ConnectionModel | undefined> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`connection:${name}`]);
  return ConnectionModel.query(trx).findOne({ name }).forUpdate();
}

/** @param settingsHash of the environment's settings, when they are those */
export async function insertConnection(
  trx: Knex,
  ring: KeyRing,
  settings: ConnectionSettings,
  settingsHash: Buffer | null = null,
): Promise<ConnectionModel> {
  const id = uuidv7();
  const isConnected = Boolean(settings.refreshToken || settings.accessToken);
  return ConnectionModel.query(trx).insertAndFetch({
    id,
    name: settings.name,
    mirrorSchema: settings.name === FIRST_CONNECTION ? 'crm' : `crm_${settings.name}`,
    dataCenter: settings.dataCenter,
    accountsUrl: settings.accountsUrl,
    clientId: settings.clientId,
    ...sealClientSecret(ring, id, settings.clientSecret),
    ...sealedTokens(ring, id, settings),
    ...(!isConnected && { status: 'needs_reauth', statusReason: 'The organization was not connected yet.' }),
    settingsHash,
  });
}

/** The client secret as it is stored. */
export function sealClientSecret(ring: KeyRing, id: string, clientSecret: string): { clientSecretEncrypted: string } {
  return { clientSecretEncrypted: seal(ring, purpose(id, 'clientSecretEncrypted'), clientSecret) };
}

/** Client secrets and tokens are long and random, so their hash can be kept; one of the whole tells least. */
function hashOf({ name: _name, ...settings }: ConnectionSettings): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest();
}

function sealedTokens(
  ring: KeyRing,
  id: string,
  tokens: { refreshToken?: string; accessToken?: string },
): { refreshTokenEncrypted?: string; accessTokenEncrypted: string | null } {
  return {
    ...(tokens.refreshToken && {
      refreshTokenEncrypted: seal(ring, purpose(id, 'refreshTokenEncrypted'), tokens.refreshToken),
    }),
    accessTokenEncrypted: tokens.accessToken
      ? seal(ring, purpose(id, 'accessTokenEncrypted'), tokens.accessToken)
      : null,
  };
}

function purpose(connectionId: string, column: SecretColumn): string {
  return `connections/${connectionId}/${column}`;
}
