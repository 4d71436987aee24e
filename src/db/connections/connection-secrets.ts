import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import { EncryptionKeyMissing, type KeyRing, open, reseal, seal, SealedValueInvalid } from '../postgres/encryption';

/** The secrets of a connection, decrypted. */
export interface ConnectionSecrets {
  clientSecret: string;
  refreshToken?: string;
  accessToken?: string;
}

/** Secrets that may be empty, as the environment's are. */
interface SecretsToSeal {
  clientSecret: string;
  refreshToken?: string | undefined;
  accessToken?: string | undefined;
}

export interface IssuedToken {
  accessToken: string;
  expiresAt: Date;
  apiDomain?: string | null;
}

type SecretColumn = 'clientSecretEncrypted' | 'refreshTokenEncrypted' | 'accessTokenEncrypted';
const SECRET_COLUMNS: readonly SecretColumn[] = [
  'clientSecretEncrypted',
  'refreshTokenEncrypted',
  'accessTokenEncrypted',
];

/**
 * Destination of the secrets of a connection, authenticated with each of them: whoever can write the row, but has no
 * key, can change where they would be sent, and then they no longer open.
 */
export type SecretsOwner = Pick<ConnectionModel, 'id' | 'clientId' | 'accountsUrl' | 'apiDomain'>;

/** Decrypts the secrets of a connection. @throws EncryptionKeyMissing, SealedValueInvalid */
export function openSecrets(ring: KeyRing, connection: ConnectionModel): ConnectionSecrets {
  const opened = (column: SecretColumn): string | undefined => {
    const sealed = connection[column];
    return sealed === null ? undefined : open(ring, purpose(connection, column), sealed);
  };
  const refreshToken = opened('refreshTokenEncrypted');
  const accessToken = opened('accessTokenEncrypted');
  return {
    clientSecret: open(ring, purpose(connection, 'clientSecretEncrypted'), connection.clientSecretEncrypted),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(accessToken !== undefined && { accessToken }),
  };
}

/** The secrets of a connection; undefined if its row was changed without the keys, so that they no longer open. */
export function openIntactSecrets(ring: KeyRing, connection: ConnectionModel): ConnectionSecrets | undefined {
  try {
    return openSecrets(ring, connection);
  } catch (error) {
    if (error instanceof SealedValueInvalid) return undefined;
    throw error;
  }
}

/** Columns for all secrets of a connection; those that are not given are dropped. */
export function sealSecrets(
  ring: KeyRing,
  owner: SecretsOwner,
  { clientSecret, refreshToken, accessToken }: SecretsToSeal,
): { clientSecretEncrypted: string; refreshTokenEncrypted: string | null; accessTokenEncrypted: string | null } {
  const sealed = (column: SecretColumn, secret: string): string => seal(ring, purpose(owner, column), secret);
  return {
    clientSecretEncrypted: sealed('clientSecretEncrypted', clientSecret),
    refreshTokenEncrypted: refreshToken ? sealed('refreshTokenEncrypted', refreshToken) : null,
    accessTokenEncrypted: accessToken ? sealed('accessTokenEncrypted', accessToken) : null,
  };
}

/** Stores an access token of Zoho's token endpoint. */
export async function saveIssuedToken(
  knex: Knex,
  ring: KeyRing,
  connection: ConnectionModel,
  { accessToken, expiresAt, apiDomain = connection.apiDomain }: IssuedToken,
): Promise<void> {
  const owner = { ...connection, apiDomain };
  await ConnectionModel.query(knex)
    .findById(connection.id)
    .patch({
      accessTokenEncrypted: seal(ring, purpose(owner, 'accessTokenEncrypted'), accessToken),
      accessTokenExpiresAt: expiresAt,
      apiDomain,
      updatedAt: new Date(),
    });
}

/** Drops the access token, so that the next call asks for a new one. */
export async function forgetAccessToken(knex: Knex, id: string): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ accessTokenEncrypted: null, accessTokenExpiresAt: null, updatedAt: new Date() });
}

/** Columns whose secret is sealed with another key than the ring's first, sealed anew with that one. */
export function resealSecrets(ring: KeyRing, connection: ConnectionModel): Partial<Record<SecretColumn, string>> {
  return changedSecrets(connection, (column, sealed) => reseal(ring, purpose(connection, column), sealed));
}

/** Columns whose secret was sealed for the connection alone, as version 0.2.0 did, sealed for its destination. */
export function bindSecrets(ring: KeyRing, connection: ConnectionModel): Partial<Record<SecretColumn, string>> {
  return changedSecrets(connection, (column, sealed) => {
    try {
      const secret = open(ring, `connections/${connection.id}/${column}`, sealed);
      return seal(ring, purpose(connection, column), secret);
    } catch (error) {
      // One that is bound already, or was changed: that shows when it is used.
      if (error instanceof SealedValueInvalid || error instanceof EncryptionKeyMissing) return sealed;
      throw error;
    }
  });
}

function changedSecrets(
  connection: ConnectionModel,
  change: (column: SecretColumn, sealed: string) => string,
): Partial<Record<SecretColumn, string>> {
  const patch: Partial<Record<SecretColumn, string>> = {};
  for (const column of SECRET_COLUMNS) {
    const sealed = connection[column];
    const changed = sealed === null ? null : change(column, sealed);
    if (changed !== null && changed !== sealed) patch[column] = changed;
  }
  return patch;
}

function purpose({ id, clientId, accountsUrl, apiDomain }: SecretsOwner, column: SecretColumn): string {
  const destination = column === 'accessTokenEncrypted' ? [clientId, accountsUrl, apiDomain] : [clientId, accountsUrl];
  return `connections/${id}/${column}/${JSON.stringify(destination)}`;
}
