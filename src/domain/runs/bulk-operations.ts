/** Kinds of bulk operations: many records written by one request, as a workflow of its own. */
export const BULK_OPERATION_KINDS = ['bulk_write', 'mass_update'] as const;
export type BulkOperationKind = (typeof BULK_OPERATION_KINDS)[number];

/** Operation on one record. Zoho's bulk write takes one of the first three a job. */
export const BULK_WRITE_ACTIONS = ['insert', 'update', 'upsert'] as const;
export type BulkWriteAction = (typeof BULK_WRITE_ACTIONS)[number];
export const ITEM_ACTIONS = [...BULK_WRITE_ACTIONS, 'mass_update'] as const;

/**
 * Outcome of one record. `skipped`: Zoho refused it and says why; `unprocessed`: Zoho did not come to it, send it
 * again; `failed`: its job failed as a whole; `unknown`: it was sent, and what became of it cannot be found out;
 * `cancelled`: it was never sent.
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

/** Records of an operation by what became of them. */
export type ItemCounts = Readonly<Record<ItemStatus, number>>;

/** Zoho charges each file's job, so a request that needs more of them is meant otherwise. */
export const MAX_BULK_WRITE_FILES = 20;

export interface ItemProgress {
  /** Records whose outcome is known. */
  processed: number;
  successful: number;
  failed: number;
}

/** The figures a person follows, from the counts. */
export function progressOf(counts: ItemCounts): ItemProgress {
  const successful = counts.added + counts.updated;
  const failed = counts.skipped + counts.unprocessed + counts.failed + counts.unknown;
  return { processed: successful + failed, successful, failed };
}

/** Why an operation cannot be called completed although it went to its end; undefined if it can. */
export function incompleteness({ failed, unknown, unprocessed }: ItemCounts): string | undefined {
  const parts = [
    ...(failed > 0 ? [`${failed} records belong to a job that failed`] : []),
    ...(unknown > 0
      ? [`what became of ${unknown} records is not known: look for them in Zoho before sending them again`]
      : []),
    ...(unprocessed > 0 ? [`Zoho did not come to ${unprocessed} records: send them again`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}
