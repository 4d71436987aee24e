import { z } from 'zod';
import {
  COMPARISONS,
  CONFLICT_STRATEGIES,
  LOG_LEVELS,
  READ_PATHS,
  RECORD_ACTIONS,
  RUN_STATUSES,
  SESSION_TYPES,
  SYNC_DIRECTIONS,
} from '../../domain/runs/enums';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, connection, lineOfText, ZohoId } from '../http/parameters';
import { Actions, RUN_LINKS, WaitingFor } from '../runs/present-run';
import { LogData, SessionResult, SyncOptions, SyncPlan, Verification } from './sync-schemas';

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });
const count = z.number().min(0);
const zohoId = z.string().regex(/^-?\d+$/);
const json = z.record(z.string(), z.unknown());

/** Options of every sync of a module. */
const syncRequest = {
  module: ApiName,
  connection,
  fields: z
    .array(ApiName)
    .min(1)
    .max(1000)
    .refine((names) => new Set(names).size === names.length, 'Must not name a field twice')
    .optional()
    .meta({ description: 'API names of the fields to read; every field when absent.' }),
  allowMassDelete: z
    .boolean()
    .optional()
    .meta({ description: 'Remove what has vanished in Zoho however much of the module it is.' }),
  massDeletePercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: 'Share of the mirror, in per cent, that may be removed without asking.' }),
};

/** Options of a full sync; the planner decides those left out. */
export const FullSyncRequest = z
  .strictObject({
    ...syncRequest,
    path: z.enum(READ_PATHS).optional().meta({ description: 'How to read; the cheaper way when absent.' }),
    compare: z.enum(COMPARISONS).optional().meta({
      description:
        'What mends rows: `values` (when absent) compares every value of every row; `times` trusts equal times of modification, which is faster.',
    }),
  })
  .meta({ id: 'FullSyncRequest', description: 'Reads a whole module from Zoho CRM into the mirror.' });

/** Options of a verification. */
export const VerifyRequest = z
  .strictObject({
    module: ApiName,
    connection,
    path: z.enum(READ_PATHS).optional().meta({ description: 'How to read; the cheaper way when absent.' }),
    compare: z.enum(COMPARISONS).optional().meta({
      description:
        '`values` (when absent) compares every value of every row; `times` trusts equal times of modification.',
    }),
    repair: z.boolean().optional().meta({ description: 'Repair what differs; true when absent.' }),
    allowMassDelete: syncRequest.allowMassDelete,
    massDeletePercent: syncRequest.massDeletePercent,
  })
  .meta({ id: 'VerifyRequest', description: 'Compares every row of a mirror with Zoho CRM.' });

/** Options of an incremental sync. */
export const IncrementalSyncRequest = z
  .strictObject({
    ...syncRequest,
    since: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Read from this time on, if it lies before the end of the last sync.' }),
  })
  .meta({
    id: 'IncrementalSyncRequest',
    description: 'Reads what changed in a module since the last sync from Zoho CRM into the mirror.',
  });

/** Most records that one session reads by their ids: 20 calls. */
const MOST_CHOSEN_RECORDS = 2_000;

/** Records that a session reads. */
export const ManualSyncRequest = z
  .strictObject({
    module: ApiName,
    connection,
    ids: z
      .array(ZohoId)
      .min(1)
      .max(MOST_CHOSEN_RECORDS, `Must be at most ${MOST_CHOSEN_RECORDS} ids`)
      .meta({ description: 'Ids of the records in Zoho CRM.' }),
  })
  .meta({ id: 'ManualSyncRequest', description: 'Reads chosen records from Zoho CRM into the mirror.' });

export const NightlySyncRequest = z
  .strictObject({ connection })
  .meta({ id: 'NightlySyncRequest', description: 'Syncs every configured module of an organization.' });

export const CommandRequest = z
  .strictObject({ reason: lineOfText(500).trim().min(1).optional() })
  .meta({ id: 'CommandRequest', description: 'Why, for the log of the session.' });

const SessionLinks = z
  .strictObject({
    ...RUN_LINKS,
    logs: z.string(),
    records: z.string(),
    calls: z.string(),
  })
  .meta({ id: 'SessionLinks', description: 'Where to look at the session and what to send to it.' });

export const Session = z
  .strictObject({
    id: z.uuid(),
    connection: z.string(),
    module: z.string(),
    sessionType: z.enum(SESSION_TYPES),
    status: z.enum(RUN_STATUSES),
    syncDirection: z.enum(SYNC_DIRECTIONS),
    phase: z.string().nullable().meta({ description: 'What the session is doing.' }),
    readPath: z.enum(READ_PATHS).nullable(),
    startedAt: timestamp,
    completedAt: timestamp.nullable(),
    lastActivityAt: timestamp,
    durationSeconds: count,
    progressPercentage: z.number().min(0).max(100).nullable().meta({ description: '100 only when completed.' }),
    rowsPerSecond: count.nullable().meta({ description: 'Of the last minute while rows arrive, else on average.' }),
    etaSeconds: count.nullable(),
    successRate: z.number().min(0).max(1).nullable().meta({ description: 'Share of the finished records.' }),
    totalRecords: count.nullable(),
    processedRecords: count,
    successfulRecords: count,
    failedRecords: count,
    skippedRecords: count,
    createdRecords: count,
    updatedRecords: count,
    unchangedRecords: count,
    fromTimestamp: timestamp.nullable(),
    toTimestamp: timestamp.nullable(),
    lastModifiedTime: timestamp.nullable(),
    apiCallsMade: count,
    creditsSpent: count.meta({ description: 'API credits by Zoho’s price list.' }),
    rateLimitHits: count,
    totalDataTransferredMb: count,
    retryCount: count,
    maxRetries: count,
    batchSize: count,
    conflictResolution: z.enum(CONFLICT_STRATEGIES),
    options: SyncOptions,
    plan: SyncPlan.nullable().meta({ description: 'null before it is made.' }),
    result: SessionResult.nullable().meta({ description: 'null unless completed.' }),
    verification: Verification.nullable().meta({ description: 'null before it was checked.' }),
    errorMessage: z.string().nullable(),
    pauseReason: z.string().nullable(),
    waitingFor: WaitingFor,
    initiatedBy: z.string().nullable(),
    workflowId: z.string().nullable(),
    actions: Actions,
    links: SessionLinks,
  })
  .meta({ id: 'Session', description: 'One run of a sync. What is not known is null.' });
export type Session = z.infer<typeof Session>;

export const SessionAnswer = z
  .strictObject({ session: Session })
  .meta({ id: 'SessionAnswer', description: 'A session.' });
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const SessionPage = z
  .strictObject({ sessions: z.array(Session), ...PAGE_FIELDS })
  .meta({ id: 'SessionPage', description: 'Sessions, newest first.' });

export const LogLine = z
  .strictObject({
    id: z.string(),
    timestamp,
    level: z.enum(LOG_LEVELS),
    component: z.string(),
    message: z.string(),
    recordId: zohoId.nullable(),
    apiEndpoint: z.string().nullable(),
    executionTimeMs: count.nullable(),
    data: LogData.nullable(),
    errorCode: z.string().nullable(),
    errorDetails: json.nullable(),
  })
  .meta({ id: 'LogLine', description: "One line of a session's event log." });
export type LogLine = z.infer<typeof LogLine>;

export const LogPage = z
  .strictObject({ logs: z.array(LogLine), ...PAGE_FIELDS })
  .meta({ id: 'LogPage', description: 'Log lines in the order they were written.' });

export const RecordStatus = z
  .strictObject({
    id: z.string(),
    crmRecordId: zohoId.nullable(),
    localRecordId: zohoId.nullable(),
    module: z.string(),
    action: z.enum(RECORD_ACTIONS),
    syncDirection: z.enum(SYNC_DIRECTIONS),
    processedAt: timestamp,
    isSuccessful: z.boolean(),
    needsAttention: z.boolean(),
    retryCount: count,
    fieldsUpdated: z.array(z.string()).nullable(),
    hasConflicts: z.boolean(),
    conflictDetails: json.nullable(),
    resolutionStrategy: z.enum(CONFLICT_STRATEGIES).nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: timestamp.nullable(),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    errorDetails: json.nullable(),
    validationErrors: z.unknown(),
    dataQualityScore: z.number().min(0).max(1).nullable(),
    processingTimeMs: count.nullable(),
    apiCallsUsed: count,
  })
  .meta({ id: 'RecordStatus', description: 'What a session did to one record. Values of the record are not shown.' });
export type RecordStatus = z.infer<typeof RecordStatus>;

export const RecordStatusPage = z
  .strictObject({ records: z.array(RecordStatus), ...PAGE_FIELDS })
  .meta({ id: 'RecordPage', description: 'Records in the order they were handled.' });

const quantile = count.nullable().meta({
  description: 'The upper bound, in milliseconds, of the bucket that holds it; null above the last and without calls.',
});

export const CallMetrics = z
  .strictObject({
    operation: z.string().meta({ description: 'In our words, e.g. `list_records`.' }),
    calls: count,
    credits: count.meta({ description: 'API credits by Zoho’s price list; failed calls cost too.' }),
    failedCalls: count,
    failures: z.record(z.string(), count).meta({ description: 'Failed calls by category.' }),
    bytesReceived: count,
    bytesSent: count,
    latency: z.strictObject({
      meanMs: count.nullable(),
      p50Ms: quantile,
      p95Ms: quantile,
      boundsMs: z.array(count).meta({ description: 'Upper bounds of the buckets, in milliseconds.' }),
      counts: z.array(count).meta({ description: 'Calls in each bucket; the last is what is above all bounds.' }),
    }),
  })
  .meta({ id: 'CallMetrics', description: 'Totals of the calls of one operation.' });
export type CallMetrics = z.infer<typeof CallMetrics>;

export const SessionCalls = z
  .strictObject({ calls: z.array(CallMetrics) })
  .meta({ id: 'SessionCalls', description: 'What a session called at Zoho, by operation.' });
