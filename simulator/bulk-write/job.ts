import type { DateReader } from './date-format';

export const OPERATIONS = ['insert', 'update', 'upsert'] as const;
export type Operation = (typeof OPERATIONS)[number];
export type JobStatus = 'ADDED' | 'IN PROGRESS' | 'COMPLETED' | 'FAILED';

/** Where the value of a field comes from. */
export interface Mapping {
  readonly apiName: string;
  /** Column of the CSV, from 0; undefined where only the default value counts. */
  readonly index?: number;
  /** Key by which the record of a lookup is found: `id` or one of its fields. */
  readonly findBy?: string;
  /** As it was sent. */
  readonly format?: string;
  readonly reader?: DateReader;
  /** Value of an empty cell. */
  readonly defaultValue?: unknown;
}

/** The checked form of a job's only resource. */
export interface Resource {
  readonly module: string;
  readonly fileId: string;
  readonly fileName: string;
  readonly findBy?: string;
  readonly ignoreEmpty: boolean;
  readonly mappings: readonly Mapping[];
  readonly header: readonly string[];
  readonly delimiter: string;
}

export interface JobRequest {
  readonly operation: Operation;
  readonly characterEncoding: string;
  readonly encoding: BufferEncoding;
  readonly callbackUrl?: string;
  readonly resource: Resource;
}

export interface RowCounts {
  added: number;
  updated: number;
  skipped: number;
  total: number;
}

export interface WriteJob {
  readonly id: string;
  readonly request: JobRequest;
  /** Milliseconds since 1970, virtual. */
  readonly created: number;
  status: JobStatus;
  readonly counts: RowCounts;
  result?: { readonly path: string; readonly bytes: number; readonly completed: number };
}
