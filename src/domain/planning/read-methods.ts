import { counted } from '../counted';
import type { MirrorField } from '../mirror/mirror-field';
import { CREDITS, LIMITS, coqlCredits } from '../zoho-limits';
import {
  callSeconds,
  choosePlan,
  plainCalls,
  secondsOf,
  type Allowance,
  type Method,
  type PlannedCalls,
  type WorkPlan,
} from './plan';

const BULK_STATUS_CALLS = 2;
const BULK_JOB_SECONDS = 3.5;
const BULK_SECONDS_PER_ROW = 1 / 100_000;
/** Seconds of a COQL page: more than a list page, since it is ten times as long. */
const COQL_SECONDS_PER_ROW = 1 / 5_000;

/** Scope of a read: the whole module, changes since a time, certain records, or deleted ones. */
export const READ_GOALS = ['all', 'changes', 'records', 'deletes'] as const;
export type ReadGoal = (typeof READ_GOALS)[number];

/**
 * Methods of reading.
 *
 * - `list`: every page of Get Records. `bulk`: one bulk-read job for every 200,000 rows.
 * - `coql`: COQL by key (Modified_Time, id), which uses no expiring token and has no row limit.
 * - `list_modified`, `coql_modified`, `bulk_modified`: the same for records modified since a time, plus the list of
 *   deletes.
 * - `ids`: Get Records by ids, 100 a call. `deleted`: the list of deletes alone.
 */
export const READ_METHODS = [
  'list_modified',
  'coql_modified',
  'bulk_modified',
  'ids',
  'deleted',
  'list',
  'coql',
  'bulk',
] as const;
export type ReadMethod = (typeof READ_METHODS)[number];

export const METHODS_OF_GOAL: Readonly<Record<ReadGoal, readonly [ReadMethod, ...ReadMethod[]]>> = {
  all: ['list', 'coql', 'bulk'],
  changes: ['list_modified', 'coql_modified', 'bulk_modified', 'list', 'bulk'],
  records: ['ids', 'list', 'coql', 'bulk'],
  deletes: ['deleted', 'list', 'coql', 'bulk'],
};

export interface ReadQuestion extends Allowance {
  module: string;
  goal: ReadGoal;
  /** Rows of the whole module. */
  rows: number;
  /** Rows changed since the time, or the requested records; at most `rows`. Only for these goals. */
  wantedRows?: number | undefined;
  /** Expected entries of the list of deletes since the time. @default 0 */
  deletedRows?: number | undefined;
  fields: number;
  /** Fields that bulk read cannot export. */
  fieldsNotInBulk: number;
  /** Fields that COQL does not return whole: lookups lack their names, files are missing. */
  fieldsNotInCoql: number;
  /** Whether lists cut texts of the module: they are read whole by calls of their own. @default false */
  textsCutInLists?: boolean | undefined;
  /** Whether the module has Modified_Time; without it changes cannot be queried. */
  hasModifiedTime: boolean;
  /** Measured time of one call in milliseconds. */
  latencyMs: number;
}

/**
 * Chooses how to read. Every method that serves the goal is weighed, or only those of `methods`; the answer includes
 * the rejected ones.
 */
export function planRead<Name extends ReadMethod = ReadMethod>(
  question: ReadQuestion,
  methods?: readonly [Name, ...Name[]],
): WorkPlan<Name> {
  const [first, ...others] =
    methods ?? (METHODS_OF_GOAL[question.goal] as readonly ReadMethod[] as readonly [Name, ...Name[]]);
  return choosePlan(
    [estimateRead(first, question), ...others.map((method) => estimateRead(method, question))],
    question,
  );
}

/** Whether a COQL query returns everything that the mirror keeps of a field. */
export function isWholeInCoql({ nameColumn, bulkReadable }: MirrorField): boolean {
  return nameColumn === undefined && bulkReadable;
}

/** Cost of one method, and the constraints that keep it from doing all of the work. */
export function estimateRead<Name extends ReadMethod>(name: Name, question: ReadQuestion): Method<Name> {
  return { name, ...estimateOf(name, question) };
}

function estimateOf(name: ReadMethod, question: ReadQuestion): Estimate {
  const wanted = Math.min(question.wantedRows ?? question.rows, question.rows);
  // The remaining ids are enough to find what was deleted.
  const fields = question.goal === 'deletes' ? 1 : question.fields;
  switch (name) {
    case 'list':
      return byList(question, question.rows, fields);
    case 'bulk':
      return byBulk(question, question.rows);
    case 'coql':
      return byCoql(question, question.rows, fields);
    case 'list_modified':
      return since(question, byList(question, wanted, fields));
    case 'bulk_modified':
      return since(question, byBulk(question, wanted));
    case 'coql_modified':
      return since(question, byCoql(question, wanted, fields));
    case 'ids':
      return byIds(question, wanted, fields);
    case 'deleted':
      return byDeletes(question);
  }
}

type Estimate = Omit<Method<ReadMethod>, 'name'>;

function byList(question: ReadQuestion, rows: number, fields: number): Estimate {
  const { latencyMs } = question;
  const pages = Math.max(1, Math.ceil(rows / LIMITS.listPage.rows));
  const refetches = (fieldSlices(fields) - 1) * Math.ceil(rows / LIMITS.listPage.ids);
  const calls = pages + refetches;
  return {
    steps: [{ operation: 'list_records', calls, credits: calls * CREDITS.list_records }, ...wholeTexts(question, rows)],
    seconds: callSeconds(calls, latencyMs) + secondsOf(wholeTexts(question, rows), latencyMs),
    constraints: rows > LIMITS.listPage.tokenRows ? [`page tokens end at ${LIMITS.listPage.tokenRows} rows`] : [],
  };
}

function exportJobs(rows: number): number {
  return Math.max(1, Math.ceil(rows / LIMITS.bulkRead.rows));
}

function exportSteps(jobs: number): PlannedCalls[] {
  return [
    { operation: 'create_bulk_read_job', calls: jobs, credits: jobs * CREDITS.create_bulk_read_job },
    plainCalls('get_bulk_read_job', jobs * BULK_STATUS_CALLS),
    plainCalls('download_bulk_read_result', jobs),
  ];
}

/** Credits for exporting so many rows. */
export function exportCredits(rows: number): number {
  return exportSteps(exportJobs(rows)).reduce((sum, { credits }) => sum + credits, 0);
}

function byBulk(question: ReadQuestion, rows: number): Estimate {
  const { fieldsNotInBulk, goal, latencyMs } = question;
  const missing = goal === 'deletes' ? 0 : fieldsNotInBulk;
  const jobs = exportJobs(rows);
  const steps = exportSteps(jobs);
  return {
    steps,
    seconds: jobs * BULK_JOB_SECONDS + rows * BULK_SECONDS_PER_ROW + secondsOf(steps, latencyMs),
    constraints: missing > 0 ? [`bulk read cannot export ${counted(missing, 'field')}`] : [],
  };
}

/** A query names at most 50 columns; the others are fetched by ids, as with list pages. */
function byCoql(question: ReadQuestion, rows: number, fields: number): Estimate {
  const { module, goal, fieldsNotInCoql, latencyMs } = question;
  const pages = Math.max(1, Math.ceil(rows / LIMITS.coql.rows));
  const refetches = (fieldSlices(fields) - 1) * Math.ceil(rows / LIMITS.listPage.ids);
  const missing = goal === 'deletes' ? 0 : fieldsNotInCoql;
  return {
    steps: [
      { operation: 'query_records', calls: pages, credits: pages * coqlCredits(Math.min(rows, LIMITS.coql.rows)) },
      ...(refetches > 0 ? [plainCalls('list_records', refetches)] : []),
    ],
    seconds: callSeconds(pages + refetches, latencyMs) + rows * COQL_SECONDS_PER_ROW,
    constraints: [
      ...(missing > 0 ? [`COQL does not return ${counted(missing, 'field')} whole`] : []),
      ...(module === 'Leads' ? ['COQL leaves out converted leads'] : []),
    ],
  };
}

function byIds(question: ReadQuestion, rows: number, fields: number): Estimate {
  const calls = fieldSlices(fields) * Math.ceil(rows / LIMITS.listPage.ids);
  const steps = [plainCalls('list_records', calls), ...wholeTexts(question, rows)];
  return { steps, seconds: secondsOf(steps, question.latencyMs), constraints: [] };
}

/** Calls for the texts that lists cut, if every record has one. */
function wholeTexts({ goal, textsCutInLists = false }: ReadQuestion, rows: number): PlannedCalls[] {
  if (!textsCutInLists || goal === 'deletes') return [];
  return [plainCalls('get_rich_texts', Math.ceil(rows / LIMITS.listPage.ids))];
}

function byDeletes({ deletedRows = 0, latencyMs }: ReadQuestion): Estimate {
  const pages = Math.max(1, Math.ceil(deletedRows / LIMITS.deletedPage.rows));
  return {
    steps: [{ operation: 'list_deleted', calls: pages, credits: pages * CREDITS.list_deleted }],
    seconds: callSeconds(pages, latencyMs),
    constraints:
      deletedRows > LIMITS.deletedPage.numberedRows
        ? [`the list of deletes ends at ${LIMITS.deletedPage.numberedRows} rows`]
        : [],
  };
}

/** Records modified since a time, together with those deleted since. */
function since(question: ReadQuestion, changes: Estimate): Estimate {
  const deletes = byDeletes(question);
  return {
    steps: [...changes.steps, ...deletes.steps],
    seconds: changes.seconds + deletes.seconds,
    constraints: [
      ...(question.hasModifiedTime ? [] : ['the module has no Modified_Time']),
      ...changes.constraints,
      ...deletes.constraints,
    ],
  };
}

/** Slices of at most 50 fields, as many as a list call carries; every slice also asks for `id` and `Modified_Time`. */
export function fieldSlices(fields: number): number {
  const { fields: most } = LIMITS.listPage;
  return fields <= most ? 1 : 1 + Math.ceil((fields - most) / (most - 1));
}

/** Milliseconds that Zoho is expected to need for one export of so many rows. */
export function expectedBulkJobMs(rows: number): number {
  return 1000 * (BULK_JOB_SECONDS + Math.min(rows, LIMITS.bulkRead.rows) * BULK_SECONDS_PER_ROW);
}
