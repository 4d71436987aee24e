import { ApplicationFailure } from '@temporalio/common';

/**
 * Types of the failures that workflows tell apart. Failures of Zoho are `zoho.{category}`, those of PostgreSQL
 * `database.{kind}`.
 */
export const FAILURES = {
  /** Zoho is still at work on a job; the next attempt asks again. */
  jobPending: 'bulk_read.pending',
  /** A job failed for good, or its result is gone: order it anew. */
  jobLost: 'bulk_read.lost',
  /** Bulk read refuses a field: plan again without it. */
  fieldRefused: 'bulk_read.field_refused',
  /** The same of a bulk write and of a mass update. */
  bulkWritePending: 'bulk_write.pending',
  massUpdatePending: 'mass_update.pending',
  /** Zoho answers without the number of the organization. */
  organizationUnnamed: 'bulk_write.organization_unnamed',
  /** Zoho no longer has an uploaded file: upload it again. */
  fileLost: 'bulk_write.file_lost',
  /** A job may have been taken, and whether it was cannot be found out: nothing is sent again. */
  outcomeUnknown: 'bulk_write.outcome_unknown',
  /** The request names fields that the module does not have or that cannot be written so. */
  fieldsNotWritable: 'bulk_write.fields_not_writable',
  massUpdateRefused: 'mass_update.refused',
  /** The caller's URL did not take the message. */
  callbackNotTaken: 'callback.not_taken',
  /** The module has nothing that can be mirrored. */
  notMirrorable: 'module.not_mirrorable',
  /** Nothing to add changes to: no full sync of the module has been completed. */
  noWatermark: 'watermark.missing',
  /** The module does not tell when a record changed. */
  noModifiedTime: 'module.no_modified_time',
  /** More records changed within one second than list pages reach. */
  tooManyAtOnce: 'changes.too_many_at_once',
  /** A session needs more chunk numbers than its work has: nothing is loaded under another piece's number. */
  numberRangeExceeded: 'chunks.range_exceeded',
  /** The session is over; whatever still works for it must stop. */
  sessionEnded: 'session.ended',
  /** Zoho and the mirror do not agree, and reading again did not help. */
  verificationFailed: 'verification.failed',
} as const;

export function jobPending(
  message: string,
  nextRetryDelay: number,
  type: (typeof FAILURES)[keyof typeof FAILURES] = FAILURES.jobPending,
): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nextRetryDelay, category: 'BENIGN' });
}

export function permanentFailure(type: (typeof FAILURES)[keyof typeof FAILURES], message: string, cause?: Error) {
  return ApplicationFailure.create({ type, message, nonRetryable: true, ...(cause && { cause }) });
}
