import type { OperationCallMetrics } from '../../db/credits/call-metrics';
import type { RecordSyncStatusModel } from '../../db/models/record-sync-status';
import type { SyncStatusLogModel } from '../../db/models/sync-status-log';
import type { SessionView } from '../../db/sessions/session-view';
import { LATENCY_BOUNDS_MS, latencyQuantile } from '../../domain/credits/latency-histogram';
import type { RunAction } from '../../domain/runs/run-actions';
import { sessionPath } from '../paths';
import { offeredActions, presentWait, runLinks, type Audience } from '../runs/present-run';
import { type CallMetrics, type LogLine, type RecordStatus, type Session, type SessionAnswer } from './schemas';

export function presentSession(view: SessionView, audience: Audience): Session {
  const { session } = view;
  const actions = offeredActions(session, audience);
  return {
    id: session.id,
    connection: view.connection,
    module: view.module,
    sessionType: session.sessionType,
    status: session.status,
    syncDirection: session.syncDirection,
    phase: session.phase,
    readPath: session.readPath,
    startedAt: session.startedAt.toISOString(),
    completedAt: iso(session.completedAt),
    lastActivityAt: session.lastActivityAt.toISOString(),
    durationSeconds: rounded(view.durationSeconds),
    progressPercentage: nullable(view.progressPercentage),
    rowsPerSecond: nullable(view.rowsPerSecond),
    etaSeconds: nullable(view.etaSeconds),
    successRate: view.successRate ?? null,
    totalRecords: view.totalRecords ?? null,
    processedRecords: view.processedRecords,
    successfulRecords: view.successfulRecords,
    failedRecords: view.failedRecords,
    skippedRecords: Number(session.skippedRecords),
    createdRecords: view.createdRecords,
    updatedRecords: view.updatedRecords,
    unchangedRecords: view.unchangedRecords,
    fromTimestamp: iso(session.fromTimestamp),
    toTimestamp: iso(session.toTimestamp),
    lastModifiedTime: iso(session.lastModifiedTime),
    apiCallsMade: Number(session.apiCallsMade),
    creditsSpent: Number(session.creditsSpent),
    rateLimitHits: Number(session.rateLimitHits),
    totalDataTransferredMb: Number(session.totalDataTransferredMb),
    retryCount: session.retryCount,
    maxRetries: session.maxRetries,
    batchSize: session.batchSize,
    conflictResolution: session.conflictResolution,
    ...storedByRun(session),
    errorMessage: session.errorMessage,
    pauseReason: session.pauseReason,
    waitingFor: presentWait(session, view.wait),
    initiatedBy: session.initiatedBy,
    workflowId: session.workflowId,
    actions,
    links: linksOf(view, actions, audience),
  };
}

export function presentSessionAnswer(view: SessionView, audience: Audience): SessionAnswer {
  return { session: presentSession(view, audience) };
}

export function presentLogLine(line: SyncStatusLogModel): LogLine {
  return {
    id: line.id,
    timestamp: line.timestamp.toISOString(),
    level: line.logLevel,
    component: line.component,
    message: line.message,
    recordId: line.recordId,
    apiEndpoint: line.apiEndpoint,
    executionTimeMs: line.executionTimeMs,
    data: line.dataPayload,
    errorCode: line.errorCode,
    errorDetails: line.errorDetails,
  };
}

export function presentRecordStatus(record: RecordSyncStatusModel): RecordStatus {
  return {
    id: record.id,
    crmRecordId: record.crmRecordId,
    localRecordId: record.localRecordId,
    module: record.moduleName,
    action: record.actionTaken,
    syncDirection: record.syncDirection,
    processedAt: record.processedAt.toISOString(),
    isSuccessful: record.isSuccessful,
    needsAttention: record.needsAttention,
    retryCount: record.retryCount,
    fieldsUpdated: record.fieldsUpdated,
    hasConflicts: record.hasConflicts,
    conflictDetails: record.conflictDetails,
    resolutionStrategy: record.resolutionStrategy,
    resolvedBy: record.resolvedBy,
    resolvedAt: iso(record.resolvedAt),
    errorCode: record.errorCode,
    errorMessage: record.errorMessage,
    errorDetails: record.errorDetails,
    validationErrors: record.validationErrors,
    dataQualityScore: record.dataQualityScore === null ? null : Number(record.dataQualityScore),
    processingTimeMs: record.processingTimeMs,
    apiCallsUsed: record.apiCallsUsed,
  };
}

/** Values of the request and the workflow as they are; like every answer they are held to their schemas when sent. */
function storedByRun({ syncConfig, plan, result, verification }: SessionView['session']) {
  return { options: syncConfig, plan: plan as Session['plan'], result: result as Session['result'], verification };
}

function linksOf({ session }: SessionView, actions: readonly RunAction[], audience: Audience): Session['links'] {
  const self = sessionPath(session.id);
  return {
    ...runLinks(self, session, actions, audience),
    logs: `${self}/logs`,
    records: `${self}/records`,
    calls: `${self}/calls`,
  };
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

function nullable(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

export function presentCallMetrics(metrics: OperationCallMetrics): CallMetrics {
  const { latencyBuckets, calls, latencyMsTotal } = metrics;
  return {
    operation: metrics.operation,
    calls,
    credits: metrics.credits,
    failedCalls: metrics.failedCalls,
    failures: { ...metrics.failures },
    bytesReceived: metrics.bytesReceived,
    bytesSent: metrics.bytesSent,
    latency: {
      meanMs: calls === 0 ? null : Math.round(latencyMsTotal / calls),
      p50Ms: bound(latencyBuckets, 0.5),
      p95Ms: bound(latencyBuckets, 0.95),
      boundsMs: [...LATENCY_BOUNDS_MS],
      counts: [...latencyBuckets],
    },
  };
}

function bound(buckets: readonly number[], share: number): number | null {
  const quantile = latencyQuantile(buckets, share);
  return quantile === undefined || quantile === Infinity ? null : quantile;
}
