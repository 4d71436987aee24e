import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ItemCounts } from '../../domain/runs/bulk-operations';
import type { RunStatus } from '../../domain/runs/enums';
import type { ViewCounts } from './results';

/** Input of the workflow of a bulk write or a mass update; the records are in the database. */
export interface BulkOperationInput {
  operationId: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  modules: string[];
  /** Tell the caller's URL when it has ended. */
  notifiesCaller: boolean;
}

export interface BulkOperationResult {
  status: RunStatus;
  /** Records by what became of them; all zero where Zoho names no single record. */
  counts: ItemCounts;
  /** Jobs that went on at Zoho when the operation ended. */
  runningJobs: string[];
  /** Of a mass update by view; only in the operation's row. */
  view?: ViewCounts;
}

/** Zoho says that the job of a file has ended. Only a hint to look: it may come twice, late, or never. */
export const jobFinishedSignal = defineSignal<[{ file: number }?]>('jobFinished');

export interface OperationProgress {
  status: RunStatus;
  phase: string;
}

export const operationProgressQuery = defineQuery<OperationProgress>('progress');
