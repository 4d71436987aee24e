import type { ConfigurationSettings } from '../../domain/configurations/configuration';
import { BaseModel } from './base-model';

/** Settings of one module of a connection: how it is synced, and when. */
export class SyncConfigurationModel extends BaseModel {
  static override readonly tableName = 'sync.sync_configurations';
  static override readonly jsonAttributes: string[] = [
    'fieldMappings',
    'fieldSpecificResolutions',
    'validationRules',
    'qualityThresholds',
  ];

  declare id: string;
  declare connectionId: string;
  declare configName: string;
  /** Key of the module. */
  declare moduleName: string;
  declare isActive: ConfigurationSettings['isActive'];
  declare syncFrequencyMinutes: ConfigurationSettings['syncFrequencyMinutes'];
  declare batchSize: ConfigurationSettings['batchSize'];
  declare fieldMappings: ConfigurationSettings['fieldMappings'];
  declare requiredFields: string[];
  declare readonlyFields: string[];
  declare indexedFields: string[];
  declare defaultConflictResolution: ConfigurationSettings['defaultConflictResolution'];
  declare fieldSpecificResolutions: ConfigurationSettings['fieldSpecificResolutions'];
  declare validationRules: ConfigurationSettings['validationRules'];
  declare qualityThresholds: ConfigurationSettings['qualityThresholds'];
  declare rateLimitBuffer: string;
  declare maxConcurrentOperations: ConfigurationSettings['maxConcurrentOperations'];
  declare timeoutSeconds: ConfigurationSettings['timeoutSeconds'];
  declare alertOnFailures: ConfigurationSettings['alertOnFailures'];
  declare failureThresholdPercentage: string;
  declare nightly: ConfigurationSettings['nightly'];
  declare verifyEvery: ConfigurationSettings['verifyEvery'];
  declare jitterSeconds: ConfigurationSettings['jitterSeconds'];
  declare catchUpMinutes: ConfigurationSettings['catchUpMinutes'];
  declare lookBackHours: ConfigurationSettings['lookBackHours'];
  declare countEveryMinutes: ConfigurationSettings['countEveryMinutes'];
  declare pauseAfterFailures: ConfigurationSettings['pauseAfterFailures'];
  /** Set while its schedule is paused. */
  declare pausedAt: Date | null;
  declare pausedBy: string | null;
  declare pausedReason: string | null;
  /** One more with every change that a person makes. */
  declare version: number;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare createdBy: string | null;
}
