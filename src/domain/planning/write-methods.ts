import { CREDITS, LIMITS, deleteCredits, massUpdateCredits, writeCredits } from '../zoho-limits';
import { choosePlan, plainCalls, secondsOf, type Allowance, type Method, type WorkPlan } from './plan';

const STATUS_CALLS_PER_JOB = 3;
/** Seconds of Zoho's work: for a record sent alone or with others, for a job before its first row, for a job's row. */
const SECONDS_PER_RECORD = 1 / 100;
const JOB_SECONDS = 5;
const SECONDS_PER_JOB_ROW = 1 / 500;

export const WRITE_OPERATIONS = ['insert', 'update', 'upsert', 'delete'] as const;
export type WriteOperation = (typeof WRITE_OPERATIONS)[number];

/**
 * Methods of writing.
 *
 * - `single_records`: one call a record, the only method that can refuse to overwrite a newer change.
 * - `record_batches`: up to 100 records a call. `bulk_write`: files of 25,000 rows, a job each.
 * - `mass_update_ids`, `mass_update_view`: the same values for 500 ids a call, or for a custom view as a job.
 */
export const WRITE_METHODS = [
  'record_batches',
  'mass_update_ids',
  'mass_update_view',
  'bulk_write',
  'single_records',
] as const;
export type WriteMethod = (typeof WRITE_METHODS)[number];

export interface WriteQuestion extends Allowance {
  module: string;
  operation: WriteOperation;
  rows: number;
  /** Number of fields to write. */
  fields: number;
  /** Number of these that bulk write cannot take: files, images. */
  fieldsNotInBulk: number;
  /** Whether every row gets the same values. */
  sameValues: boolean;
  /** Fields without the mass-update flag: e-mail, lookup, multi-line. */
  fieldsNotInMassUpdate: number;
  /** Whether a custom view holds exactly these rows, and the edition has scheduled mass operations. */
  hasView: boolean;
  /** Whether a record that changed meanwhile must not be overwritten (If-Unmodified-Since). */
  unlessModified: boolean;
  /** Whether workflows and approvals must run, must not run, or may do either. */
  automations: 'run' | 'skip' | 'any';
  /** Whether the outcome of every single record must be known. */
  outcomes: boolean;
  /** Bytes of a row as CSV. */
  bytesPerRow: number;
  /** Measured time of one call in milliseconds. */
  latencyMs: number;
}

/** Chooses how to write. Every method is weighed; the answer includes the rejected ones. */
export function planWrite(question: WriteQuestion): WorkPlan<WriteMethod> {
  const [first, ...others] = WRITE_METHODS;
  return choosePlan(
    [estimateWrite(first, question), ...others.map((method) => estimateWrite(method, question))],
    question,
  );
}

/** Cost of one method, and the constraints that keep it from doing all of the work. */
export function estimateWrite(name: WriteMethod, question: WriteQuestion): Method<WriteMethod> {
  switch (name) {
    case 'single_records':
      return { name, ...bySingleRecords(question) };
    case 'record_batches':
      return { name, ...byBatches(question) };
    case 'bulk_write':
      return { name, ...byBulkWrite(question) };
    case 'mass_update_ids':
      return { name, ...byMassUpdateOfIds(question) };
    case 'mass_update_view':
      return { name, ...byMassUpdateOfView(question) };
  }
}

/** Rows of one bulk-write file: Zoho's maximum, and no more than fit into 25 MB even if they do not compress. */
export function rowsPerBulkFile(bytesPerRow: number): number {
  return Math.max(1, Math.min(LIMITS.bulkWrite.rows, Math.floor(LIMITS.bulkWrite.zipBytes / bytesPerRow)));
}

type Estimate = Omit<Method<WriteMethod>, 'name'>;

function bySingleRecords({ operation, rows, unlessModified, latencyMs }: WriteQuestion): Estimate {
  return {
    steps: [{ operation: callOf(operation), calls: rows, credits: rows }],
    seconds: rows * (latencyMs / 1000 + SECONDS_PER_RECORD),
    constraints:
      unlessModified && (operation === 'insert' || operation === 'delete')
        ? ['If-Unmodified-Since is for updates and upserts']
        : [],
  };
}

function byBatches({ operation, rows, unlessModified, latencyMs }: WriteQuestion): Estimate {
  const calls = Math.ceil(rows / LIMITS.write.records);
  const credits = operation === 'delete' ? deleteCredits(rows) : writeCredits(rows);
  const rounds = Math.ceil(calls / LIMITS.heavyCalls);
  return {
    steps: [{ operation: callOf(operation), calls, credits }],
    seconds:
      (rounds * latencyMs) / 1000 + (rows / Math.min(LIMITS.heavyCalls, Math.max(1, calls))) * SECONDS_PER_RECORD,
    constraints: unlessModified ? ['If-Unmodified-Since is for one record a call'] : [],
  };
}

function byBulkWrite(question: WriteQuestion): Estimate {
  const { operation, rows, fields, fieldsNotInBulk, unlessModified, automations, latencyMs } = question;
  const jobs = Math.ceil(rows / rowsPerBulkFile(question.bytesPerRow));
  const steps = [
    plainCalls('upload_bulk_file', jobs),
    { operation: 'create_bulk_write_job', calls: jobs, credits: jobs * CREDITS.create_bulk_write_job },
    plainCalls('get_bulk_write_job', jobs * STATUS_CALLS_PER_JOB),
    plainCalls('download_bulk_write_result', jobs),
  ];
  return {
    steps,
    seconds: jobs * JOB_SECONDS + rows * SECONDS_PER_JOB_ROW + secondsOf(steps, latencyMs),
    constraints: [
      ...(operation === 'delete' ? ['bulk write cannot delete'] : []),
      ...(fields > LIMITS.bulkWrite.columns ? [`a file has at most ${LIMITS.bulkWrite.columns} columns`] : []),
      ...(fieldsNotInBulk > 0 ? ['bulk write cannot take files and images'] : []),
      ...(unlessModified ? ['a job overwrites newer changes'] : []),
      ...(automations === 'any' ? [] : ['a job cannot be told whether automations run']),
    ],
  };
}

function byMassUpdateOfIds(question: WriteQuestion): Estimate {
  const { module, rows, fields, automations, latencyMs } = question;
  const passes = Math.max(1, Math.ceil(fields / LIMITS.massUpdate.fields(module)));
  const calls = passes * Math.ceil(rows / LIMITS.massUpdate.ids);
  const steps = [{ operation: 'mass_update_records', calls, credits: passes * massUpdateCredits(rows) }];
  return {
    steps,
    seconds: secondsOf(steps, latencyMs) + passes * rows * SECONDS_PER_RECORD,
    constraints: [
      ...massUpdateConstraints(question),
      ...(automations === 'skip' ? ['a mass update by ids runs automations'] : []),
    ],
  };
}

function byMassUpdateOfView(question: WriteQuestion): Estimate {
  const { module, rows, fields, hasView, automations, outcomes, latencyMs } = question;
  const passes = Math.max(1, Math.ceil(fields / LIMITS.massUpdate.fields(module)));
  const runsAutomations = rows < LIMITS.massUpdate.recordsWithoutAutomations;
  const steps = [
    { operation: 'create_mass_update_job', calls: passes, credits: passes * CREDITS.create_mass_update_job },
    plainCalls('get_mass_update_job', passes * STATUS_CALLS_PER_JOB),
  ];
  return {
    steps,
    seconds: passes * (JOB_SECONDS + rows * SECONDS_PER_JOB_ROW) + secondsOf(steps, latencyMs),
    constraints: [
      ...massUpdateConstraints(question),
      ...(hasView ? [] : ['no custom view holds exactly these rows']),
      ...(rows > LIMITS.massUpdate.viewRecords ? [`a job takes at most ${LIMITS.massUpdate.viewRecords} rows`] : []),
      ...(outcomes ? ['a job tells counts, not the outcome of each record'] : []),
      ...(automations === 'run' && !runsAutomations
        ? [`from ${LIMITS.massUpdate.recordsWithoutAutomations} rows on it runs no automations`]
        : []),
      ...(automations === 'skip' && runsAutomations
        ? [`below ${LIMITS.massUpdate.recordsWithoutAutomations} rows it runs automations`]
        : []),
    ],
  };
}

function massUpdateConstraints(question: WriteQuestion): string[] {
  return [
    ...(question.operation === 'update' ? [] : ['a mass update only updates']),
    ...(question.sameValues ? [] : ['a mass update gives every row the same values']),
    ...(question.fieldsNotInMassUpdate > 0 ? ['a field does not allow mass updates'] : []),
    ...(question.unlessModified ? ['a mass update overwrites newer changes'] : []),
  ];
}

function callOf(operation: WriteOperation): string {
  return `${operation}_records`;
}
