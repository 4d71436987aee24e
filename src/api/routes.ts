import { createApiKeyRoute, listApiKeysRoute, revokeApiKeyRoute } from './access/api-keys';
import { approveRoute, getApprovalRoute, listApprovalsRoute, rejectRoute } from './approvals/approvals';
import { bulkWriteCallback } from './bulk-operations/bulk-write-callback';
import { OPERATION_COMMAND_ROUTES } from './bulk-operations/command-operation';
import { READ_OPERATION_ROUTES } from './bulk-operations/read-operations';
import { startBulkWrite } from './bulk-operations/start-bulk-write';
import { previewMassUpdate, startMassUpdate, startModuleMassUpdate } from './bulk-operations/start-mass-update';
import { getVerificationRoute, listDifferencesRoute, listVerificationsRoute } from './comparisons/verifications';
import {
  createConfiguration,
  deleteConfigurationRoute,
  getConfigurationRoute,
  listConfigurationsRoute,
  putConfiguration,
} from './configurations/configurations';
import { validateConfiguration } from './configurations/validate-configuration';
import {
  authorizeConnection,
  refreshConnection,
  revokeConnection,
  submitGrantCode,
} from './connections/connection-grants';
import {
  changeNight,
  createConnection,
  getConnectionRoute,
  listConnectionsRoute,
  putConnection,
  removeConnection,
} from './connections/connections';
import { oauthCallback } from './connections/oauth-callback';
import { getAuthStatus, getOrganization, getPermissions, listUsersRoute } from './connections/organization';
import type { Route } from './http/route';
import { getRecordHistory } from './mirror/record-history';
import { syncRecord } from './mirror/sync-record';
import { createCustomField, listFieldModificationsRoute, updateCustomField } from './modules/custom-fields';
import { getFieldCoverage, listFields } from './modules/fields';
import { getModuleRoute, listModulesRoute } from './modules/modules';
import { createPlan } from './plans/create-plan';
import {
  getQuarantined,
  ignoreQuarantined,
  listQuarantineRoute,
  reopenQuarantined,
  retryQuarantinedRoute,
} from './quarantine/quarantine';
import { countRecordsRoute, queryRecordsRoute, searchRecordsRoute } from './records/find-records';
import { getRecordRoute, listDeletedRoute, listRecordsRoute } from './records/read-records';
import { validateRecords, writeRecords } from './records/write-records';
import {
  getScheduleRoute,
  listSchedulesRoute,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
} from './schedules/schedules';
import { getModuleSchema } from './schema-changes/module-schema';
import {
  approveSchemaChangeRoute,
  getSchemaChangeRoute,
  listSchemaChangesRoute,
  rejectSchemaChangeRoute,
} from './schema-changes/schema-changes';
import { cancelSession, pauseSession, resumeSession } from './sessions/command-session';
import {
  getSessionRoute,
  listSessionCalls,
  listSessionLogs,
  listSessionRecords,
  listSessionsRoute,
} from './sessions/read';
import { startFullSync } from './sessions/start-full-sync';
import { startIncrementalSync } from './sessions/start-incremental-sync';
import { startManualSync } from './sessions/start-manual-sync';
import { startNightlySync } from './sessions/start-nightly-sync';
import { startVerification } from './sessions/start-verification';
import { getHealth, getMetrics, getOpenApi, getOverview, getReadiness } from './system/read';
import { rotateEncryptionKeys } from './system/rotate-encryption-keys';
import { listChannelsRoute, renewChannelRoute } from './webhooks/channels';
import { receiveNotification } from './webhooks/receive-notification';

/** Every operation of the control API. */
export const ROUTES: readonly Route[] = [
  startFullSync,
  startIncrementalSync,
  startManualSync,
  startNightlySync,
  startVerification,
  listVerificationsRoute,
  getVerificationRoute,
  listDifferencesRoute,
  createPlan,
  listSessionsRoute,
  getSessionRoute,
  listSessionLogs,
  listSessionRecords,
  listSessionCalls,
  pauseSession,
  resumeSession,
  cancelSession,
  listModulesRoute,
  getModuleRoute,
  listFields,
  getFieldCoverage,
  createCustomField,
  updateCustomField,
  listFieldModificationsRoute,
  listRecordsRoute,
  listDeletedRoute,
  getRecordRoute,
  searchRecordsRoute,
  queryRecordsRoute,
  countRecordsRoute,
  writeRecords,
  validateRecords,
  syncRecord,
  getRecordHistory,
  listApprovalsRoute,
  getApprovalRoute,
  approveRoute,
  rejectRoute,
  getModuleSchema,
  listSchemaChangesRoute,
  getSchemaChangeRoute,
  approveSchemaChangeRoute,
  rejectSchemaChangeRoute,
  listQuarantineRoute,
  getQuarantined,
  ignoreQuarantined,
  reopenQuarantined,
  retryQuarantinedRoute,
  validateConfiguration,
  createConfiguration,
  listConfigurationsRoute,
  getConfigurationRoute,
  putConfiguration,
  deleteConfigurationRoute,
  listSchedulesRoute,
  getScheduleRoute,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
  listChannelsRoute,
  renewChannelRoute,
  receiveNotification,
  createConnection,
  putConnection,
  listConnectionsRoute,
  getConnectionRoute,
  changeNight,
  authorizeConnection,
  oauthCallback,
  submitGrantCode,
  refreshConnection,
  revokeConnection,
  removeConnection,
  getAuthStatus,
  getPermissions,
  getOrganization,
  listUsersRoute,
  rotateEncryptionKeys,
  createApiKeyRoute,
  listApiKeysRoute,
  revokeApiKeyRoute,
  startBulkWrite,
  startMassUpdate,
  startModuleMassUpdate,
  previewMassUpdate,
  ...READ_OPERATION_ROUTES,
  ...OPERATION_COMMAND_ROUTES,
  bulkWriteCallback,
  getOverview,
  getHealth,
  getReadiness,
  getOpenApi,
  getMetrics,
];
