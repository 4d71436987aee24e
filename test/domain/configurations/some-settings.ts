import type { ConfigurationSettings } from '../../../src/domain/configurations/configuration';

/** Settings that are valid for any module. */
export function someSettings(settings: Partial<ConfigurationSettings> = {}): ConfigurationSettings {
  return {
    isActive: true,
    syncFrequencyMinutes: 15,
    batchSize: 100,
    fieldMappings: {},
    requiredFields: [],
    readonlyFields: [],
    indexedFields: [],
    defaultConflictResolution: 'crm_wins',
    fieldSpecificResolutions: {},
    validationRules: {},
    qualityThresholds: {},
    rateLimitBuffer: 10,
    maxConcurrentOperations: 5,
    timeoutSeconds: 300,
    alertOnFailures: true,
    failureThresholdPercentage: 5,
    nightly: 'compare',
    verifyEvery: 'weekly',
    jitterSeconds: 60,
    catchUpMinutes: null,
    lookBackHours: 26,
    countEveryMinutes: 60,
    pauseAfterFailures: 10,
    ...settings,
  };
}
