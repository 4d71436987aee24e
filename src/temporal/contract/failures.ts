import { ApplicationFailure } from '@temporalio/common';
import { DATABASE_FAILURES } from '../../domain/database-failures';
import { ZOHO_FAILURES } from '../../domain/zoho-failures';
import { failure, kindsOf, type FailureKind } from './failure-kind';

const WAIT = 'Nothing: the next attempt asks again.';

/**
 * Register of all failures: code that raises one takes it from here, and docs/failures.md is generated from it
 * (`npx tsx scripts/write-failures.ts`). Any other type is the name of a JavaScript error, which is a defect.
 */
export const FAILURES = {
  bulkRead: {
    pending: failure('bulk_read.pending', 'Zoho still exports rows', WAIT, 'nobody', 'wait'),
    lost: failure(
      'bulk_read.lost',
      'An export failed at Zoho, or its result is gone; it is submitted again up to three times',
      'Start the sync again; if it recurs, choose the read path `list`.',
      'nobody',
      'never',
    ),
    fieldRefused: failure(
      'bulk_read.field_refused',
      'Bulk read does not export a field; the run plans again without it',
      'Read the warning in the log of the session: the field is read by list pages only.',
      'nobody',
      'never',
    ),
  },
  bulkWrite: {
    pending: failure('bulk_write.pending', 'Zoho still writes the records of a file', WAIT, 'nobody', 'wait'),
    organizationUnnamed: failure(
      'bulk_write.organization_unnamed',
      'Zoho does not give the number of the organization, which an upload has to name',
      'Give the connected user access to the organization details (`ZohoCRM.org.READ`), then send the records again.',
      'Zoho administrator',
      'never',
    ),
    fileLost: failure(
      'bulk_write.file_lost',
      'Zoho no longer has an uploaded file; it is uploaded again up to three times',
      'Send the records that have the outcome `cancelled` again.',
    ),
    outcomeUnknown: failure(
      'bulk_write.outcome_unknown',
      'Zoho may have accepted a job, and nobody can find out',
      'Look for the records with the outcome `unknown` in Zoho before you send them again.',
    ),
    fieldsNotWritable: failure(
      'bulk_write.fields_not_writable',
      'The request names fields that the module lacks or that cannot be written, or needs too many files',
      'Correct the request as the message says, and send it again: nothing was written.',
    ),
    valuesRefused: failure(
      'bulk_write.values_refused',
      'A record has a choice that its picklist lacks, or a list or a record where the field takes none',
      'Correct the records as the message says, or allow new choices (`allowNewChoices`), which Zoho adds for everybody: nothing was written.',
    ),
  },
  bulkOperation: {
    incomplete: failure(
      'bulk_operation.incomplete',
      'The operation reached its end, and some records are failed, unknown or unprocessed',
      'List its results by status: send unprocessed records again, look for unknown ones in Zoho first.',
    ),
  },
  massUpdate: {
    pending: failure('mass_update.pending', "Zoho's job for a view still runs", WAIT, 'nobody', 'wait'),
    refused: failure(
      'mass_update.refused',
      'A field does not exist, cannot be written or does not take the value',
      'Correct the values as the message says, and start it again: nothing was written.',
    ),
    failed: failure(
      'mass_update.failed',
      "Zoho's job for a view has failed",
      'Compare the counts in the message with the view, then update the rest by ids.',
    ),
  },
  callback: {
    notTaken: failure(
      'callback.not_taken',
      "The caller's URL did not answer 2xx at the end of an operation; it is called up to eight times",
      'Correct the receiver; the result can be read from the API in any case.',
      'operator',
      'hours',
    ),
  },
  module: {
    notMirrorable: failure(
      'module.not_mirrorable',
      'The API does not support the module, or it has no field that can be mirrored',
      'Do not sync this module.',
    ),
    noModifiedTime: failure(
      'module.no_modified_time',
      'The module does not say when a record changed',
      'Run full syncs of this module.',
    ),
  },
  mirror: {
    unknown: failure(
      'mirror.unknown',
      'A step of a session found no mirror of its module: the session began before an upgrade, or rows of `sync.mirrors` are gone',
      'Start the sync again.',
    ),
    nameTaken: failure(
      'mirror.name_taken',
      'A table, view, sequence or type that the engine did not make has the name of a mirror table, or the table lost its id',
      'Rename what the message names, or move it to another schema, then start the sync again: nothing was changed.',
    ),
    foreignTrigger: failure(
      'mirror.foreign_trigger',
      "A mirror table has a trigger whose function is another role's, and would run with the engine's rights",
      'Drop the trigger, or alter its function to SECURITY DEFINER, and grant nobody TRIGGER on the mirror.',
      'database administrator',
    ),
    layoutChanged: failure(
      'mirror.layout_changed',
      'The table of a mirror was changed while a step loaded it; the next attempt loads by the new columns',
      WAIT,
      'nobody',
      'minutes',
    ),
    alreadySyncing: failure(
      'mirror.already_syncing',
      'The module is being synced by another session that was started under another name of it',
      'Wait for that session, or cancel it.',
    ),
  },
  watermark: {
    missing: failure(
      'watermark.missing',
      'No full sync of the module has completed, so there is nothing to add changes to',
      'Run a full sync of the module.',
    ),
  },
  scan: {
    waiting: failure(
      'scan.waiting',
      'As many modules of the organization are being read as may be at a time; they take turns, a minute each',
      'Nothing: the module is read when it is its turn.',
      'nobody',
      'wait',
    ),
  },
  changes: {
    tooManyAtOnce: failure(
      'changes.too_many_at_once',
      'More records changed within one second than list pages reach',
      'Run a full sync of the module.',
    ),
    outOfOrder: failure(
      'changes.out_of_order',
      'Zoho lists changes in another order than asked for, and more of them than page tokens reach',
      'Run a full sync of the module.',
    ),
  },
  chunks: {
    rangeExceeded: failure(
      'chunks.range_exceeded',
      'A session needs more chunk numbers than its work has; nothing is loaded under the number of other work',
      'Report this, with the number of rows of the module.',
      'developer',
      'never',
    ),
  },
  run: {
    ended: failure(
      'session.ended',
      'A session or operation was closed while its workflow still worked',
      'Nothing, if somebody cancelled it; otherwise see its error message and start it again.',
    ),
    unknown: failure(
      'unknown',
      'An activity was given up without a failure of its own, such as after thirty hours of attempts',
      'Look at the last failure of the activity in the Temporal UI, then start it again.',
      'operator',
      'minutes',
    ),
  },
  night: {
    allFailed: failure(
      'night.all_failed',
      'None of the modules of a night could be synced',
      'Look at the lines of the summary: most likely they fail for one reason, such as a lost grant.',
    ),
  },
  verification: {
    failed: failure(
      'verification.failed',
      'Records differ from the mirror and could not be repaired',
      'Look at them with `pulse verifications differences`: something in the database may keep them out, such as a trigger.',
    ),
  },
  content: {
    pageNotReadable: failure(
      'content.page_not_readable',
      'A page of records is not the JSON that Zoho documents',
      'Start the sync again; if it recurs, choose the read path `bulk` and report this.',
      'operator',
      'few',
    ),
    fileNotReadable: failure(
      'content.file_not_readable',
      'An exported file is broken, empty or has no id column; its job is submitted anew once',
      'Start the sync again; if it recurs, choose the read path `list` and report this.',
      'operator',
      'few',
    ),
  },
  engine: {
    unexpected: failure(
      'engine.unexpected',
      'The engine met an error that it does not know',
      "Report this, with the lines about it in the worker's log.",
      'developer',
      'minutes',
    ),
    diskFull: failure(
      'engine.disk_full',
      'The worker has no disk space for result files',
      'Free disk space where `PULSE_SPOOL_DIR` points to: the work goes on by itself for two hours.',
      'operator',
      'hours',
    ),
  },
  quarantine: {
    mostRecords: failure(
      'quarantine.most_records',
      'More than half of the records, or all of a few, do not fit their columns, so the mirror cannot stand for the module',
      'Look at the columns in the message and into `sync.quarantine`: most likely a field has another type in Zoho than its values.',
      'Zoho administrator',
      'never',
    ),
  },
  zoho: kindsOf('zoho', ZOHO_FAILURES),
  database: kindsOf('database', DATABASE_FAILURES),
} as const;

/** Mark of a wait that lasts much longer than what is waited for should take. */
const OVERDUE = { overdue: true };

/**
 * Failure of a step that waits for Zoho: the attempt ends with the time of the next one, in milliseconds from now.
 * @param overdue whether the wait deserves a warning
 */
export function pendingFailure(
  { type }: FailureKind,
  message: string,
  nextRetryDelay: number,
  overdue = false,
): ApplicationFailure {
  const category = 'BENIGN';
  return ApplicationFailure.create({ type, message, nextRetryDelay, category, ...(overdue && { details: [OVERDUE] }) });
}

/** True for a {@link pendingFailure} that deserves a warning. */
export function isOverdue({ details }: ApplicationFailure): boolean {
  return (details?.[0] as Partial<typeof OVERDUE> | undefined)?.overdue === true;
}

/** Failure that another attempt would only repeat. */
export function permanentFailure({ type }: FailureKind, message: string, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, ...(cause && { cause }) });
}

const BY_TYPE: ReadonlyMap<string, FailureKind> = new Map(
  Object.values(FAILURES).flatMap((group) =>
    Object.values<FailureKind>(group).map((kind) => [kind.type, kind] as const),
  ),
);

/** Types of the failures that time does not cure: each needs a person, or another setting. */
export const LASTING_FAILURES: readonly string[] = [...BY_TYPE.values()]
  .filter(({ retry }) => retry === 'never')
  .map(({ type }) => type);

/** The registered kind of a type; undefined for the name of a JavaScript error. */
export function failureKindOf(type: string | null | undefined): FailureKind | undefined {
  return BY_TYPE.get(type ?? '');
}
