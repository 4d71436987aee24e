import { listModulesToFill, noteFillAsked } from '../../db/schema-changes/columns-to-fill';
import type { ActivityDependencies } from '../dependencies';
import { FILLABLE_TYPES } from './fillable-types';

/** Modules whose columns are begun with in one turn. */
const MOST_AT_A_TIME = 10;

/**
 * Lets the values of new columns be asked for. One that could not be begun with is tried again: Temporal may be away.
 * @returns how many modules were begun with
 */
export async function startColumnFills({
  knex,
  startColumnFill,
}: Pick<ActivityDependencies, 'knex' | 'startColumnFill'>): Promise<number> {
  const modules = await listModulesToFill(knex, FILLABLE_TYPES, MOST_AT_A_TIME);
  for (const module of modules) {
    await startColumnFill(module);
    await noteFillAsked(knex, module);
  }
  return modules.length;
}
