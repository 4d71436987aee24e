import { BaseModel } from './base-model';

/** A consent that was begun in a browser and may come back once. */
export class AuthorizationRequestModel extends BaseModel {
  static override readonly tableName = 'sync.authorization_requests';

  declare id: string;
  declare connectionId: string;
  /** SHA-256 of the state's secret part. */
  declare stateHash: Buffer;
  declare redirectUri: string;
  declare scopes: string[];
  /** Actor who began it, as in the audit log. */
  declare requestedBy: string;
  declare createdAt: Date;
  declare expiresAt: Date;
  declare usedAt: Date | null;
}
