import { qualifiedTable, type MirrorModule } from './mirror-module';

/** A trigger on a mirror table that would run somebody else's code with the rights of the engine. */
export class ForeignTrigger extends Error {
  override readonly name = 'ForeignTrigger';
}

interface FoundTrigger {
  name: string;
  routine: string;
  owner: string;
}

/** Runs a query with values as `$1`, `$2`. */
export type RunQuery = (sql: string, values: readonly string[]) => Promise<{ rows: unknown[] }>;

/**
 * Refuses a mirror table with triggers of others. A trigger runs as the role that changes the row: whoever may create one
 * on the table could make the engine do what only the engine may. Functions of the engine's own role, of a superuser and
 * those that are SECURITY DEFINER gain nothing by it.
 * @throws ForeignTrigger which names it
 */
export async function refuseForeignTriggers(
  query: RunQuery,
  mirror: Pick<MirrorModule, 'schema' | 'table'>,
): Promise<void> {
  const table = qualifiedTable(mirror);
  const { rows } = (await query(
    `select t.tgname as name, p.oid::regprocedure::text as routine, o.rolname as owner
     from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_roles o on o.oid = p.proowner
     where t.tgrelid = to_regclass($1) and not t.tgisinternal and t.tgenabled <> 'D'
       and not p.prosecdef and not o.rolsuper and o.rolname <> current_user
     order by t.tgname limit 1`,
    [table],
  )) as { rows: FoundTrigger[] };
  const [found] = rows;
  if (!found) return;
  throw new ForeignTrigger(
    `The table ${table} has the trigger ${found.name}, whose function ${found.routine} of the role ${found.owner} would run with the engine's rights, so nothing was written. Drop the trigger, or alter the function to SECURITY DEFINER, then start the sync again.`,
  );
}
