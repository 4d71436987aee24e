import type { Route } from '../route';
import { approveSweep, cancelSession, pauseSession, resumeSession } from './command-session';
import { getAuthStatus, getOrganization, getPermissions } from './auth-status';
import { authorizeConnection, refreshConnection, revokeConnection, submitGrantCode } from './connection-grants';
import { getConnectionRoute, listConnectionsRoute, saveConnection } from './connections';
import { bulkWriteCallback } from './bulk-write-callback';
import { BULK_OPERATION_ROUTES } from './bulk-operations';
import { createPlan } from './create-plan';
import { createCustomField, listFieldModificationsRoute, updateCustomField } from './custom-fields';
import { getFieldCoverage, listFields } from './fields';
import { countRecordsRoute, queryRecordsRoute, searchRecordsRoute } from './find-records';
import { getHealth } from './get-health';
import { getMetrics } from './get-metrics';
import { getOpenApi } from './get-openapi';
import { getReadiness } from './get-readiness';
import { getSessionRoute } from './get-session';
import { listSessionCalls } from './list-session-calls';
import { listSessionLogs } from './list-session-logs';
import { listSessionRecords } from './list-session-records';
import { listSessionsRoute } from './list-sessions';
import { listUsersRoute } from './list-users';
import { getModuleRoute, listModulesRoute } from './modules';
import { oauthCallback } from './oauth-callback';
import { getRecordRoute, listDeletedRoute, listRecordsRoute } from './read-records';
import { rotateKeys } from './rotate-keys';
import { startBulkWrite } from './start-bulk-write';
import { startFullSync } from './start-full-sync';
import { startIncrementalSync } from './start-incremental-sync';
import { validateRecords, writeRecords } from './write-records';
import { previewMassUpdate, startMassUpdate } from './start-mass-update';

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
