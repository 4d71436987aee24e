import type { Condition } from '../query/condition';
import type { ExportResult } from './export-task';

export type JobState = 'ADDED' | 'QUEUED' | 'IN PROGRESS' | 'COMPLETED' | 'FAILURE';

/** Query of a job: the checked form of the request's `query`. */
export interface JobQuery {
  readonly module: string;
  /** As requested, or every exportable field. */
  readonly fields: readonly string[];
  readonly condition?: Condition;
  /** The criteria as they were sent, echoed in the status. */
  readonly criteria?: unknown;
  readonly cvid?: string;
  readonly page: number;
  /** Set when the job continues from a page token. */
  readonly afterRow?: number;
}

export interface Job {
  readonly id: string;
  readonly query: JobQuery;
  /** The version of the path it was made under, as `v8`; its documents are those of that version. */
  readonly version: string;
  readonly callbackUrl?: string;
  /** Milliseconds since 1970, virtual. */
  readonly created: number;
  state: JobState;
  /** The field a failed job blames; without one it blames the server. */
  refusedField?: string;
  result?: ExportResult & { readonly file: string; readonly completed: number; readonly nextPageToken?: string };
}
