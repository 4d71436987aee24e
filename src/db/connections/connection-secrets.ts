import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import { open, reseal, seal, type KeyRing } from '../postgres/encryption';

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

/** Decrypts the secrets of a connection. @throws EncryptionKeyMissing, SealedValueInvalid */
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

/** Stores the tokens of Zoho's token endpoint. */
export async function saveIssuedToken(knex: Knex, ring: KeyRing, id: string, token: IssuedToken): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({
      ...sealTokens(ring, id, token),
      accessTokenExpiresAt: token.expiresAt,
      ...(token.apiDomain !== undefined && { apiDomain: token.apiDomain }),
      updatedAt: new Date(),
    });
}

/** Drops the access token, so that the next call asks for a new one. */
export async function forgetAccessToken(knex: Knex, id: string): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ accessTokenEncrypted: null, accessTokenExpiresAt: null, updatedAt: new Date() });
}

/** Column for a client secret. */
export function sealClientSecret(ring: KeyRing, id: string, clientSecret: string): { clientSecretEncrypted: string } {
  return { clientSecretEncrypted: seal(ring, purpose(id, 'clientSecretEncrypted'), clientSecret) };
}

/** Columns whose secret is sealed with another key than the ring's first, sealed anew with that one. */
export function resealSecrets(ring: KeyRing, connection: ConnectionModel): Partial<Record<SecretColumn, string>> {
  const patch: Partial<Record<SecretColumn, string>> = {};
  for (const column of SECRET_COLUMNS) {
    const sealed = connection[column];
    if (sealed === null) continue;
    const resealed = reseal(ring, purpose(connection.id, column), sealed);
    if (resealed !== sealed) patch[column] = resealed;
  }
  return patch;
}

/** Columns for the tokens that are given; without an access token the stored one is dropped. */
export function sealTokens(
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
