import type { NamedConfiguration } from '../../db/configurations/configurations';
import type { Configuration } from './schemas';

/** Presents a configuration to callers. */
export function presentConfiguration({ row, connection, module }: NamedConfiguration): Configuration {
  return {
    id: row.id,
    configName: row.configName,
    connection,
    moduleName: module,
    isActive: row.isActive,
    syncFrequencyMinutes: row.syncFrequencyMinutes,
    batchSize: row.batchSize,
    fieldMappings: { ...row.fieldMappings },
    requiredFields: row.requiredFields,
    readonlyFields: row.readonlyFields,
    indexedFields: row.indexedFields,
    defaultConflictResolution: row.defaultConflictResolution,
    fieldSpecificResolutions: { ...row.fieldSpecificResolutions },
    validationRules: { ...row.validationRules },
    qualityThresholds: { ...row.qualityThresholds },
    rateLimitBuffer: Number(row.rateLimitBuffer),
    maxConcurrentOperations: row.maxConcurrentOperations,
    timeoutSeconds: row.timeoutSeconds,
    alertOnFailures: row.alertOnFailures,
    failureThresholdPercentage: Number(row.failureThresholdPercentage),
    nightly: row.nightly,
    verifyEvery: row.verifyEvery,
    jitterSeconds: row.jitterSeconds,
    catchUpMinutes: row.catchUpMinutes,
    lookBackHours: row.lookBackHours,
    countEveryMinutes: row.countEveryMinutes,
    pauseAfterFailures: row.pauseAfterFailures,
    pausedAt: row.pausedAt?.toISOString() ?? null,
    pausedBy: row.pausedBy,
    pausedReason: row.pausedReason,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    createdBy: row.createdBy,
  };
}
