import type { ConflictStrategy } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** How one module of one connection is synced. */
export class SyncConfigurationModel extends BaseModel {
  static override readonly tableName = 'sync.sync_configurations';
  static override readonly jsonAttributes = [
    'fieldMappings',
    'fieldSpecificResolutions',
    'validationRules',
    'qualityThresholds',
  ];

  declare id: string;
  declare connectionId: string;
  declare configName: string;
  declare moduleName: string;
  declare isActive: boolean;
  declare syncFrequencyMinutes: number;
  declare batchSize: number;
  declare fieldMappings: JsonObject;
  declare requiredFields: string[];
  declare readonlyFields: string[];
  declare defaultConflictResolution: ConflictStrategy;
  declare fieldSpecificResolutions: Record<string, ConflictStrategy>;
  declare validationRules: JsonObject;
  declare qualityThresholds: JsonObject;
  /** Per cent of Zoho's limits that is kept free. */
  declare rateLimitBuffer: string;
  declare maxConcurrentOperations: number;
  declare timeoutSeconds: number;
  declare alertOnFailures: boolean;
  declare failureThresholdPercentage: string;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare createdBy: string | null;
}
