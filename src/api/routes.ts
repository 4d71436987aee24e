import { bulkWriteCallback } from './bulk-operations/bulk-write-callback';
import { BULK_OPERATION_ROUTES } from './bulk-operations/read-operations';
import { startBulkWrite } from './bulk-operations/start-bulk-write';
import { previewMassUpdate, startMassUpdate } from './bulk-operations/start-mass-update';
import { getAuthStatus, getOrganization, getPermissions } from './connections/auth-status';
import {
  authorizeConnection,
  refreshConnection,
  revokeConnection,
  submitGrantCode,
} from './connections/connection-grants';
import { getConnectionRoute, listConnectionsRoute, saveConnection } from './connections/connections';
import { oauthCallback } from './connections/oauth-callback';
import type { Route } from './http/route';
import { createCustomField, listFieldModificationsRoute, updateCustomField } from './modules/custom-fields';
import { getFieldCoverage, listFields } from './modules/fields';
import { listUsersRoute } from './modules/list-users';
import { getModuleRoute, listModulesRoute } from './modules/modules';
import { createPlan } from './plans/create-plan';
import { countRecordsRoute, queryRecordsRoute, searchRecordsRoute } from './records/find-records';
import { getRecordRoute, listDeletedRoute, listRecordsRoute } from './records/read-records';
import { validateRecords, writeRecords } from './records/write-records';
import { approveSweep, cancelSession, pauseSession, resumeSession } from './sessions/command-session';
import { getSessionRoute } from './sessions/get-session';
import { listSessionCalls } from './sessions/list-session-calls';
import { listSessionLogs } from './sessions/list-session-logs';
import { listSessionRecords } from './sessions/list-session-records';
import { listSessionsRoute } from './sessions/list-sessions';
import { startFullSync } from './sessions/start-full-sync';
import { startIncrementalSync } from './sessions/start-incremental-sync';
import { getHealth } from './system/get-health';
import { getMetrics } from './system/get-metrics';
import { getOpenApi } from './system/get-openapi';
import { getReadiness } from './system/get-readiness';
import { rotateKeys } from './system/rotate-keys';

/** Every operation of the control API. */
export const ROUTES: readonly Route[] = [
  startFullSync,
  startIncrementalSync,
  createPlan,
  listSessionsRoute,
  getSessionRoute,
  listSessionLogs,
  listSessionRecords,
  listSessionCalls,
  pauseSession,
  resumeSession,
  cancelSession,
  approveSweep,
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
  saveConnection,
  listConnectionsRoute,
  getConnectionRoute,
  authorizeConnection,
  oauthCallback,
  submitGrantCode,
  refreshConnection,
  revokeConnection,
  getAuthStatus,
  getPermissions,
  getOrganization,
  listUsersRoute,
  rotateKeys,
  startBulkWrite,
  startMassUpdate,
  previewMassUpdate,
  ...BULK_OPERATION_ROUTES,
  bulkWriteCallback,
  getHealth,
  getReadiness,
  getOpenApi,
  getMetrics,
];
