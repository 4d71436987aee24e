import { BaseModel } from './base-model';

export const CONNECTION_STATUSES = ['active', 'needs_reauth', 'disabled', 'removing'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** One Zoho org and the (sealed) credentials to reach it. */
export class ConnectionModel extends BaseModel {
  static override readonly tableName = 'sync.connections';

  declare id: string;
  declare name: string;
  /** Schema of the mirror's tables: `crm` for the first connection, `crm_{name}` for others. */
  declare mirrorSchema: string;
  declare dataCenter: string;
  declare accountsUrl: string;
  declare apiDomain: string | null;
  declare clientId: string;
  declare clientSecretEncrypted: string;
  declare refreshTokenEncrypted: string | null;
  declare accessTokenEncrypted: string | null;
  declare accessTokenExpiresAt: Date | null;
  declare scopes: string[];
  /** `zgid`, Zoho's id of the org. */
  declare orgId: string | null;
  /** IANA name, e.g. `America/New_York`. */
  declare orgTimeZone: string | null;
  declare edition: string | null;
  declare status: ConnectionStatus;
  declare statusReason: string | null;
  declare settingsHash: Buffer | null;
  /** Times of the token requests of the last minutes, oldest first. */
  declare tokenRequests: Date[];
  /** No token is requested before. */
  declare tokenRequestsBlockedUntil: Date | null;
  /** Consecutive refusals of the refresh token by Zoho. */
  declare tokenRefusals: number;
  /** Access tokens in a row that Zoho took for no call. */
  declare tokenRejections: number;
  /** Time at which Zoho said that the grant is of the org; null until the first call with it. */
  declare grantCheckedAt: Date | null;
  /** Time at which the grant was given. */
  declare connectedAt: Date | null;
  /** Time of day, `HH:MM:SS`, at which the night's syncs begin. */
  declare nightlyAt: string;
  /** IANA name of the zone of `nightlyAt`; null: the org's. */
  declare scheduleTimeZone: string | null;
  /** Modules that the night syncs at a time. */
  declare nightlyParallelism: number;
  declare createdAt: Date;
  declare updatedAt: Date;
}
