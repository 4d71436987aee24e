import type { Route } from '../route';
import { approveSweep, cancelSession, pauseSession, resumeSession } from './command-session';
import { getAuthStatus, getOrganization, getPermissions } from './auth-status';
import { authorizeConnection, refreshConnection, revokeConnection, submitGrantCode } from './connection-grants';
import { getConnectionRoute, listConnectionsRoute, saveConnection } from './connections';
import { bulkWriteCallback } from './bulk-write-callback';
import { BULK_OPERATION_ROUTES } from './bulk-operations';
import { createPlan } from './create-plan';
import { getHealth } from './get-health';
import { getMetrics } from './get-metrics';
import { getOpenApi } from './get-openapi';
import { getReadiness } from './get-readiness';
import { getSessionRoute } from './get-session';
import { listSessionCalls } from './list-session-calls';
import { listSessionLogs } from './list-session-logs';
import { listSessionRecords } from './list-session-records';
import { listSessionsRoute } from './list-sessions';
import { oauthCallback } from './oauth-callback';
import { rotateKeys } from './rotate-keys';
import { startBulkWrite } from './start-bulk-write';
import { startFullSync } from './start-full-sync';
import { startIncrementalSync } from './start-incremental-sync';
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
