import { BaseModel } from './base-model';

/** Each role may do what the ones before it may. */
export const API_ROLES = ['viewer', 'operator', 'admin'] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** A key of the control API; of its secret only the hash is kept. */
export class ApiKeyModel extends BaseModel {
  static override readonly tableName = 'sync.api_keys';

  declare id: string;
  declare name: string;
  declare keyHash: Buffer;
  declare prefix: string;
  declare role: ApiRole;
  declare createdAt: Date;
  declare lastUsedAt: Date | null;
  declare expiresAt: Date | null;
  declare revokedAt: Date | null;
}
