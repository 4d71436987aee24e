import { counted } from '../counted';
/** Kinds of bulk operations: one request writes many records, in a workflow of its own. */
export const BULK_OPERATION_KINDS = ['bulk_write', 'mass_update'] as const;
export type BulkOperationKind = (typeof BULK_OPERATION_KINDS)[number];

/** Operation on one record. A bulk-write job of Zoho's does one of the first three. */
export const BULK_WRITE_ACTIONS = ['insert', 'update', 'upsert'] as const;
export type BulkWriteAction = (typeof BULK_WRITE_ACTIONS)[number];
export const ITEM_ACTIONS = [...BULK_WRITE_ACTIONS, 'mass_update'] as const;

/**
 * Outcome of one record.
 *
 * - `skipped`: Zoho refused it and says why.
 * - `unprocessed`: Zoho did not get to it; it can be sent again.
 * - `failed`: its job failed as a whole.
 * - `unknown`: it was sent, and its fate cannot be found out.
 * - `cancelled`: it was never sent.
 */
export const ITEM_STATUSES = [
  'pending',
  'added',
  'updated',
  'skipped',
  'unprocessed',
  'failed',
  'unknown',
  'cancelled',
] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

/** Why a record was not written, in Zoho's words or ours. */
export interface ItemError {
  code: string;
  /** API names. */
  fields: string[];
}

/** Number of an operation's records by outcome. */
export type ItemCounts = Readonly<Record<ItemStatus, number>>;

/** Zoho charges for each file's job, so a request that needs more files than this is surely a mistake. */
export const MAX_BULK_WRITE_FILES = 20;

export interface ItemProgress {
  /** Records whose outcome is known. */
  processed: number;
  successful: number;
  failed: number;
}

/** Progress figures of an operation, from its counts. */
export function progressOf(counts: ItemCounts): ItemProgress {
  const successful = counts.added + counts.updated;
  const failed = counts.skipped + counts.unprocessed + counts.failed + counts.unknown;
  return { processed: successful + failed, successful, failed };
}

/** Why an operation that ran to its end does not count as completed; undefined if it does. */
export function incompleteness({ failed, unknown, unprocessed }: ItemCounts): string | undefined {
  const parts = [
    ...(failed > 0
      ? [counted(failed, 'record belongs to a job that failed', 'records belong to a job that failed')]
      : []),
    ...(unknown > 0
      ? [
          `${counted(unknown, 'record')} may or may not have been written: look for them in Zoho before sending them again`,
        ]
      : []),
    ...(unprocessed > 0 ? [`Zoho did not get to ${counted(unprocessed, 'record')}: send them again`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}
