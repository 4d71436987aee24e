import type { Org } from '../support/org';
import type { Dice } from './dice';
import type { World } from './world';

/** Columns that say which row it is, and when it was read. */
const KEPT = new Set(['id', '_synced_at']);
/** Added to an id, gives one that no record has. */
const OTHER_ID = 10_000_000n;

interface MirrorColumn {
  readonly name: string;
  readonly type: string;
}

/** Edits are half of what people do. */
const WAYS = ['edit', 'edit', 'delete', 'add'] as const;
export type Way = (typeof WAYS)[number];

/** Somebody writes into the mirror by SQL, past the engine: no list of Zoho's shows it, and a full sync mends it. */
export async function tamper(org: Org, world: World, module: string, way: Way = world.dice.pick(WAYS)): Promise<void> {
  const columns = await columnsOf(org, module);
  if (columns.length === 0) return;
  const found = await org.engine.query<{ id: string }>(`select id::text as id from ${org.table(module)} order by id`);
  if (found.length === 0) return;
  const ids = world.dice.some(
    found.map(({ id }) => id),
    5,
  );
  const changed = way === 'add' ? await add(org, world.dice, module, ids) : ids;
  if (way === 'edit') await edit(org, world.dice, module, ids, columns);
  if (way === 'delete') await remove(org, module, ids);
  world.touch(module, changed, true);
  world.tally.count('hands in the mirror', way);
  world.note(`by hand in the mirror of ${module}: ${way} ${String(changed)}`);
}

/** Columns that may be emptied; none where there is no table. */
async function columnsOf(org: Org, module: string): Promise<MirrorColumn[]> {
  const columns = await org.engine.query<MirrorColumn>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = ? and table_name = ? and is_nullable = 'YES' order by ordinal_position`,
    [org.schema, module.toLowerCase()],
  );
  return columns.filter(({ name }) => !KEPT.has(name));
}

async function edit(
  org: Org,
  dice: Dice,
  module: string,
  ids: readonly string[],
  columns: readonly MirrorColumn[],
): Promise<void> {
  const assignments = dice.some(columns, 4).map((column) => `"${column.name}" = ${dice.pick(valuesFor(column))}`);
  await org.engine.query(`update ${org.table(module)} set ${assignments.join(', ')} where id = any(?::bigint[])`, [
    `{${String(ids)}}`,
  ]);
}

/** SQL of values that somebody may write. */
function valuesFor({ name, type }: MirrorColumn): readonly string[] {
  if (type === 'text') return ['null', `'by hand'`];
  if (type === 'timestamp with time zone')
    return ['null', `"${name}" + interval '1 day'`, `"${name}" - interval '1 day'`];
  return ['null'];
}

async function remove(org: Org, module: string, ids: readonly string[]): Promise<void> {
  await org.engine.query(`delete from ${org.table(module)} where id = any(?::bigint[])`, [`{${String(ids)}}`]);
}

/** Copies rows under ids that Zoho does not have. @returns those ids */
async function add(org: Org, dice: Dice, module: string, ids: readonly string[]): Promise<string[]> {
  const isNegative = dice.chance(0.3);
  const added = ids.map((id) => String(isNegative ? -BigInt(id) : BigInt(id) + OTHER_ID));
  await org.engine.query(
    `insert into ${org.table(module)}
     select (jsonb_populate_record(m, jsonb_build_object('id', other.id))).*
     from ${org.table(module)} m
     join unnest(?::bigint[], ?::bigint[]) as other (copied, id) on other.copied = m.id
     on conflict do nothing`,
    [`{${String(ids)}}`, `{${String(added)}}`],
  );
  return added;
}
