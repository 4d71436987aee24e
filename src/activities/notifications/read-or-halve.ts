import { ZohoError, type ErrorCategory } from '../../zoho/errors/errors';

/** Refusals that are about what was asked for, and not about the connection, the module or the time. */
const ABOUT_RECORDS: ReadonlySet<ErrorCategory> = new Set(['validation', 'not_found', 'conflict', 'locked']);

/**
 * Reads records together; where Zoho refuses the call, each half by itself, down to the records that it refuses alone.
 * @param refuse is told of each of those
 * @throws what is no refusal of records
 */
export async function readOrHalve<Item>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<void>,
  refuse: (item: Item, error: ZohoError) => Promise<void>,
): Promise<void> {
  try {
    await read(items);
  } catch (error) {
    if (!(error instanceof ZohoError) || !ABOUT_RECORDS.has(error.category)) throw error;
    const [first, ...others] = items;
    if (first !== undefined && others.length === 0) return refuse(first, error);
    const middle = Math.ceil(items.length / 2);
    await readOrHalve(items.slice(0, middle), read, refuse);
    await readOrHalve(items.slice(middle), read, refuse);
  }
}
