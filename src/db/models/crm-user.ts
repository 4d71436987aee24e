import { BaseModel } from './base-model';

/** A user of the Zoho org, for owner names. */
export class CrmUserModel extends BaseModel {
  static override readonly tableName = 'sync.crm_users';
  static override readonly idColumn = ['connection_id', 'id'];

  declare connectionId: string;
  declare id: string;
  declare fullName: string | null;
  declare email: string | null;
  declare status: string | null;
}
