import type { Knex } from 'knex';
import { displayFieldOf } from '../../../domain/mirror/mirror-field';
import { quoteIdentifier } from '../identifiers';
import { lockRows, queryOf } from '../mirror-lock';
import { qualifiedTable, type MirrorModule } from '../mirror-module';
import { findPointers, type Pointer } from '../pointers';

/** Records whose names are spread one by one; where more have changed, the mirrors that point to them are checked whole. */
const MOST_RECORDS = 20_000;
/** Records of one statement. */
const RECORDS = 500;
/** Rows that a transaction changes, since others wait for it. */
const ROWS = 10_000;

/**
 * Brings the names that the merges of a module have changed to the rows that point to them, by the indexes of their
 * lookups. Idempotent: what is noted is forgotten once it is done.
 */
export async function spreadNames(knex: Knex, mirror: MirrorModule): Promise<void> {
  const noted = await countNotes(knex, mirror);
  if (noted === 0) return;
  const display = mirror.fields.find(({ apiName }) => apiName === displayFieldOf(mirror.module));
  const pointers = display ? await findPointers(knex, mirror) : [];
  if (noted > MOST_RECORDS) return checkWhole(knex, mirror, pointers);
  for (;;) {
    const notes = await takeNotes(knex, mirror);
    if (notes.length === 0) return;
    const ids = notes.map(({ id }) => id);
    for (const pointer of display ? pointers : []) {
      while ((await nameRows(knex, mirror, display?.column ?? '', pointer, ids)) === ROWS);
    }
    await forgetNotes(knex, mirror, notes);
  }
}

/** Asks for a check of the names in all mirrors that point to a module: it was filled, so all of them are new. */
export async function spreadAllNames(knex: Knex, mirror: MirrorModule): Promise<void> {
  await checkWhole(knex, mirror, await findPointers(knex, mirror));
}

/** The check follows with the next session of each of them. */
async function checkWhole(knex: Knex, mirror: MirrorModule, pointers: readonly Pointer[]): Promise<void> {
  const { connectionId, key } = mirror;
  await knex.transaction(async (trx) => {
    await trx.raw(
      `delete from sync.name_changes where mirror_id = (select id from sync.mirrors where connection_id = ? and key = ?)`,
      [connectionId, key],
    );
    await trx.raw(
      `update sync.mirrors set names_wanted_at = clock_timestamp() where connection_id = ? and key = any(?)`,
      [connectionId, pointers.map((pointer) => pointer.mirror.key)],
    );
  });
}

async function countNotes(knex: Knex, { connectionId, key }: MirrorModule): Promise<number> {
  const answer = await knex.raw<{ rows: { noted: string }[] }>(
    `select count(*) as noted from (
       select from sync.name_changes n join sync.mirrors m on m.id = n.mirror_id
       where m.connection_id = ? and m.key = ? limit ?) counted`,
    [connectionId, key, MOST_RECORDS + 1],
  );
  return Number(answer.rows[0]?.noted ?? 0);
}

interface Note {
  id: string;
  number: string;
}

async function takeNotes(knex: Knex, { connectionId, key }: MirrorModule): Promise<Note[]> {
  const answer = await knex.raw<{ rows: Note[] }>(
    `select n.record_id as id, n.number from sync.name_changes n join sync.mirrors m on m.id = n.mirror_id
     where m.connection_id = ? and m.key = ? order by n.record_id limit ?`,
    [connectionId, key, RECORDS],
  );
  return answer.rows;
}

async function forgetNotes(knex: Knex, { connectionId, key }: MirrorModule, notes: readonly Note[]): Promise<void> {
  await knex.raw(
    `delete from sync.name_changes n using sync.mirrors m, unnest(?::bigint[], ?::bigint[]) as done (id, number)
     where m.connection_id = ? and m.key = ? and n.mirror_id = m.id and n.record_id = done.id and n.number = done.number`,
    [notes.map(({ id }) => id), notes.map(({ number }) => number), connectionId, key],
  );
}

/** @returns number of rows that have another name now, {@link ROWS} at most */
async function nameRows(
  knex: Knex,
  source: MirrorModule,
  display: string,
  { mirror, column, nameColumn }: Pointer,
  ids: string[],
): Promise<number> {
  const [id, name] = [quoteIdentifier(column), quoteIdentifier(nameColumn)];
  const given = `n.${quoteIdentifier(display)}`;
  return knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await lockRows(queryOf(trx), mirror);
    const answer = await trx.raw<{ rowCount: number }>(
      `update ${qualifiedTable(mirror)} m set ${name} = due.name from (
         select c.id, ${given} as name
         from ${qualifiedTable(source)} n join ${qualifiedTable(mirror)} c on c.${id} = n.id
         where n.id = any(?::bigint[]) and ${given} is not null and c.${name} is distinct from ${given} limit ${ROWS}
       ) due where m.id = due.id`,
      [ids],
    );
    return answer.rowCount;
  });
}
