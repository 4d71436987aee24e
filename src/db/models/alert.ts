import { BaseModel, type JsonObject } from './base-model';

/** Something a person should look at; one open alert per connection, module and kind. */
export class AlertModel extends BaseModel {
  static override readonly tableName = 'sync.alerts';
  static override readonly jsonAttributes = ['details'];

  declare id: string;
  declare connectionId: string;
  declare moduleName: string | null;
  declare kind: string;
  declare severity: 'info' | 'warning' | 'critical';
  declare message: string;
  declare openedAt: Date;
  declare closedAt: Date | null;
  declare details: JsonObject | null;
}
