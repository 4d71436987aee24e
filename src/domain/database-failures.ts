import type { FailureAdvice } from './retry-rules';

const RETRIED = 'Nothing: the statement is tried again.';
const REPORT_CONSTRAINT = 'Report this, with the constraint in the message.';

/** Kinds of failures of PostgreSQL. The kind decides what the engine does next. */
export const DATABASE_FAILURES = {
  unique_violation: {
    meaning: 'A key exists already',
    whatToDo: REPORT_CONSTRAINT,
    who: 'developer',
    retry: 'minutes',
  },
  foreign_key_violation: {
    meaning: 'A row refers to one that is gone',
    whatToDo: 'Look whether rows of the schema `sync` were deleted by hand.',
    who: 'operator',
    retry: 'minutes',
  },
  check_violation: {
    meaning: 'A value breaks a check or another constraint',
    whatToDo: REPORT_CONSTRAINT,
    who: 'developer',
    retry: 'minutes',
  },
  not_null_violation: {
    meaning: 'A value is missing',
    whatToDo: 'Report this, with the table in the message.',
    who: 'developer',
    retry: 'minutes',
  },
  invalid_value: {
    meaning: 'A value does not fit its column',
    whatToDo: 'Look into `sync.quarantine`; report this if the rows are not there.',
    who: 'developer',
    retry: 'few',
  },
  malformed_rows: {
    meaning: 'Rows do not have the columns that their header announces',
    whatToDo: 'Start the sync again; if it recurs, choose the read path `list` and report this.',
    who: 'operator',
    retry: 'few',
  },
  serialization_failure: {
    meaning: 'Two transactions met in the same rows',
    whatToDo: RETRIED,
    who: 'nobody',
    retry: 'hours',
  },
  deadlock: {
    meaning: 'Two transactions waited for each other',
    whatToDo: RETRIED,
    who: 'nobody',
    retry: 'hours',
  },
  lock_timeout: {
    meaning: 'A lock was not free in time',
    whatToDo: 'Nothing at first; if it persists, look for long transactions in `pg_stat_activity`.',
    who: 'database administrator',
    retry: 'outage',
  },
  statement_timeout: {
    meaning: 'A statement took too long',
    whatToDo: 'Nothing at first; if it persists, look for load and missing statistics in PostgreSQL.',
    who: 'database administrator',
    retry: 'hours',
  },
  connection_lost: {
    meaning: 'PostgreSQL, or the pooler before it, was not reached or closed the connection',
    whatToDo: 'Bring PostgreSQL back: the work continues by itself for thirty hours.',
    who: 'database administrator',
    retry: 'outage',
  },
  read_only: {
    meaning: 'PostgreSQL takes no writes, as a standby does',
    whatToDo:
      'Let `DATABASE_URL` lead to the primary, or end the read-only mode: the work continues by itself for thirty hours.',
    who: 'database administrator',
    retry: 'outage',
  },
  too_many_connections: {
    meaning: 'PostgreSQL has no connection left',
    whatToDo: 'Raise `max_connections`, or run fewer workers.',
    who: 'database administrator',
    retry: 'outage',
  },
  out_of_resources: {
    meaning: 'PostgreSQL has no disk, memory or shared memory left',
    whatToDo: 'Free disk space or memory: the work continues by itself for thirty hours.',
    who: 'database administrator',
    retry: 'outage',
  },
  server_fault: {
    meaning: 'PostgreSQL met a fault of its own, of its disk or of its configuration',
    whatToDo: "Look into PostgreSQL's log.",
    who: 'database administrator',
    retry: 'hours',
  },
  data_corrupted: {
    meaning: 'PostgreSQL found damaged data or a damaged index',
    whatToDo: "Look into PostgreSQL's log, and restore or reindex what it names before anything else.",
    who: 'database administrator',
    retry: 'never',
  },
  authentication_failed: {
    meaning: 'PostgreSQL does not accept the role or the password',
    whatToDo: 'Correct the user and the password of `DATABASE_URL`, then start it again.',
    who: 'operator',
    retry: 'minutes',
  },
  database_missing: {
    meaning: 'The database of `DATABASE_URL` does not exist',
    whatToDo: 'Create it or correct `DATABASE_URL`, run the migrations, then start it again.',
    who: 'operator',
    retry: 'minutes',
  },
  permission_denied: {
    meaning: 'The database role lacks a right',
    whatToDo: 'Give the role of `DATABASE_URL` its rights, then start it again.',
    who: 'database administrator',
    retry: 'never',
  },
  schema_mismatch: {
    meaning: 'A table, column or function is not as this version expects it',
    whatToDo: 'Run the migrations (`npm run migrate`), then start it again.',
    who: 'operator',
    retry: 'never',
  },
  not_supported: {
    meaning: 'PostgreSQL cannot change a table as asked, most often because a view or a rule of yours depends on it',
    whatToDo: 'Drop what the message names, start it again, and create it anew afterwards.',
    who: 'operator',
    retry: 'never',
  },
  limit_exceeded: {
    meaning:
      'A row, a table or a statement is larger than PostgreSQL allows: a row has 8,160 bytes, a table 1,600 columns',
    whatToDo: 'Sync fewer fields of the module (`fields`), those with long values least.',
    who: 'operator',
    retry: 'never',
  },
  object_in_use: {
    meaning: 'A table or a database is in use, or not in the state that the statement needs',
    whatToDo: 'Look for other sessions in `pg_stat_activity` that hold it.',
    who: 'database administrator',
    retry: 'hours',
  },
  raised: {
    meaning: 'A trigger or a function of yours refused a row',
    whatToDo: "Look into PostgreSQL's log for the function's message, and correct the function.",
    who: 'database administrator',
    retry: 'minutes',
  },
  unknown: {
    meaning: 'PostgreSQL refused for another reason',
    whatToDo: "Look into PostgreSQL's log, and report this with the code in the message.",
    who: 'developer',
    retry: 'minutes',
  },
} as const satisfies Readonly<Record<string, FailureAdvice>>;

export type DatabaseErrorKind = keyof typeof DATABASE_FAILURES;
