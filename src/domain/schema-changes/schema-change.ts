/** Ways in which a field of Zoho's and its columns can come apart. */
export const SCHEMA_CHANGE_KINDS = ['field_added', 'field_renamed', 'type_wider', 'type_other', 'field_gone'] as const;
export type SchemaChangeKind = (typeof SCHEMA_CHANGE_KINDS)[number];

/**
 * States of a change of a mirror's table. `waiting`: for a person. `approved`: to be made. `blocked`: PostgreSQL refused
 * it, and it is tried again. `withdrawn`: Zoho has taken it back.
 */
export const SCHEMA_CHANGE_STATES = ['waiting', 'approved', 'blocked', 'applied', 'rejected', 'withdrawn'] as const;
export type SchemaChangeState = (typeof SCHEMA_CHANGE_STATES)[number];

export const SCHEMA_CHANGE_DECISIONS = ['approve', 'reject'] as const;
export type SchemaChangeDecision = (typeof SCHEMA_CHANGE_DECISIONS)[number];

/** Events of a change: a decision, an attempt to make it, or that Zoho has taken it back. */
export const SCHEMA_CHANGE_EVENTS = [...SCHEMA_CHANGE_DECISIONS, 'made', 'refused', 'taken_back'] as const;
export type SchemaChangeEvent = (typeof SCHEMA_CHANGE_EVENTS)[number];

/** Changes of state; what is not listed cannot happen. */
const TRANSITIONS: Readonly<
  Record<SchemaChangeState, Readonly<Partial<Record<SchemaChangeEvent, SchemaChangeState>>>>
> = {
  waiting: { approve: 'approved', reject: 'rejected', taken_back: 'withdrawn' },
  approved: { made: 'applied', refused: 'blocked', taken_back: 'withdrawn' },
  blocked: { made: 'applied', refused: 'blocked', taken_back: 'withdrawn' },
  applied: {},
  // It is raised anew when Zoho has the same once more.
  rejected: { taken_back: 'withdrawn' },
  withdrawn: {},
};

/** @returns undefined for what cannot happen in the state */
export function nextSchemaChangeState(
  state: SchemaChangeState,
  event: SchemaChangeEvent,
): SchemaChangeState | undefined {
  return TRANSITIONS[state][event];
}

/** The states in which something may happen. */
export function statesBefore(event: SchemaChangeEvent): SchemaChangeState[] {
  return SCHEMA_CHANGE_STATES.filter((state) => TRANSITIONS[state][event] !== undefined);
}

/** A field and its column as they are or are to be. */
export interface FieldState {
  apiName: string;
  /** Column of the value. */
  column: string;
  /** SQL type of the column. */
  type: string;
}

/** An object of the database that uses a column, for which PostgreSQL refuses to change it. */
export interface Dependent {
  /** As PostgreSQL describes it, e.g. `view reports.pipeline`. */
  name: string;
  /** Statement that removes it; null where a person has to find it. */
  drop: string | null;
  /** Statement that makes it again. */
  create: string | null;
}

/** Price of making a change. */
export interface ChangePlan {
  statements: string[];
  /** Lock on the table: nobody reads or writes it meanwhile. */
  lock: 'ACCESS EXCLUSIVE';
  /** Whether every row is written anew. */
  rewrite: boolean;
  /** Bytes of the table with its indexes, as far as they are rewritten. */
  bytes: number;
  /** Estimated time for which the lock is held. */
  seconds: number;
  /** Objects for which PostgreSQL refuses the change. */
  dependents: Dependent[];
  /** Columns that the table has afterwards. */
  columns: number;
  /** Rows whose value does not become one of the new type: there the column is null until Zoho is asked. */
  misfits?: number;
}

/** Bytes a second at which PostgreSQL rewrites a table, on a small server. */
const REWRITE_BYTES_PER_SECOND = 50_000_000;
/** Nobody reads the table meanwhile: longer than so many seconds is for a person to decide. */
const MOST_SECONDS_UNASKED = 2;
/** PostgreSQL takes 1,600 columns a table, dropped ones counted. */
export const MOST_COLUMNS_UNASKED = 1_500;

/** Seconds that a rewrite of so many bytes takes, with one digit. */
export function rewriteSeconds(bytes: number): number {
  return Math.ceil((bytes / REWRITE_BYTES_PER_SECOND) * 10) / 10;
}

const UNASKED: Readonly<
  Record<SchemaChangeKind, (plan: Pick<ChangePlan, 'seconds' | 'dependents' | 'columns'>) => boolean>
> = {
  field_added: ({ columns }) => columns <= MOST_COLUMNS_UNASKED,
  field_renamed: () => true,
  type_wider: ({ seconds, dependents }) => seconds <= MOST_SECONDS_UNASKED && dependents.length === 0,
  type_other: () => false,
  field_gone: () => false,
};

/** Whether a change is made without asking anybody: it loses nothing, and nobody waits for it. */
export function isMadeUnasked(
  kind: SchemaChangeKind,
  plan: Pick<ChangePlan, 'seconds' | 'dependents' | 'columns'>,
): boolean {
  return UNASKED[kind](plan);
}

/** Days for which a field that Zoho does not show may only be hidden from the connected user; then it counts as deleted. */
export const HIDDEN_DAYS = 7;

/** Seconds before a refused change is tried again: a minute, doubling to an hour. */
export function secondsToNextAttempt(attempts: number): number {
  return Math.min(3_600, 60 * 2 ** Math.max(0, attempts - 1));
}
