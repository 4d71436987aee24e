import type { Knex } from 'knex';
import { quoteIdentifier, quoteLiteral } from '../mirror/identifiers';
import { toDatabaseError } from '../postgres/pg-errors';

/** Months that have a partition before they begin. */
const MONTHS_AHEAD = 2;
const PREFIX = 'record_history_';
/** Takes the rows of months that have no partition. */
const REST = 'sync.record_history_rest';

/**
 * Makes the partitions of the history for this month and the next ones, and drops those of months that are older than an
 * age. Idempotent. A change whose lock somebody else holds for a second is left to the next call.
 * @param days the age; 0 drops none
 * @returns the months that were changed, `YYYY_MM`
 */
export async function keepHistoryPartitions(
  knex: Knex,
  days: number,
  now: Date,
): Promise<{ made: string[]; dropped: string[] }> {
  const present = await listMonths(knex);
  const wanted = Array.from({ length: MONTHS_AHEAD + 1 }, (_, ahead) => nameOf(monthOf(now, ahead)));
  const made = await changeEach(
    knex,
    wanted.filter((month) => !present.includes(month)),
    makePartition,
  );
  const kept = nameOf(monthOf(new Date(now.getTime() - days * 86_400_000)));
  const old = days === 0 ? [] : present.filter((month) => month < kept);
  return { made, dropped: await changeEach(knex, old, dropPartition) };
}

async function listMonths(knex: Knex): Promise<string[]> {
  const answer = await knex.raw<{ rows: { month: string }[] }>(
    `select substr(c.relname, length(:prefix) + 1) as month
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'sync.record_history'::regclass and c.relname ~ ('^' || :prefix || '\\d{4}_\\d{2}$')
     order by 1`,
    { prefix: PREFIX },
  );
  return answer.rows.map(({ month }) => month);
}

/** Each in a transaction of its own, which waits a second for its locks and works for two at most. */
async function changeEach(
  knex: Knex,
  months: readonly string[],
  change: (trx: Knex, month: string) => Promise<void>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const month of months) {
    try {
      await knex.transaction(async (trx) => {
        await trx.raw(`set local lock_timeout = '1s'; set local statement_timeout = '2s'`);
        await change(trx, month);
      });
      changed.push(month);
    } catch (error) {
      if (toDatabaseError(error)?.kind !== 'lock_timeout') throw error;
    }
  }
  return changed;
}

/** Attaches a table of its own, which keeps nobody from writing to the other partitions. */
async function makePartition(trx: Knex, month: string): Promise<void> {
  const partition = `sync.${quoteIdentifier(PREFIX + month)}`;
  const [year = 0, number = 0] = month.split('_').map(Number);
  const [from, to] = [0, 1].map((after) => quoteLiteral(new Date(Date.UTC(year, number - 1 + after)).toISOString()));
  await trx.raw(`lock table ${REST} in access exclusive mode`);
  await trx.raw(`create table ${partition} (like sync.record_history including defaults including constraints)`);
  await trx.raw(
    `with moved as (delete from ${REST} where at >= ${from} and at < ${to} returning *)
     insert into ${partition} select * from moved`,
  );
  await trx.raw(`alter table sync.record_history attach partition ${partition} for values from (${from}) to (${to})`);
}

async function dropPartition(trx: Knex, month: string): Promise<void> {
  await trx.raw(`drop table if exists sync.${quoteIdentifier(PREFIX + month)}`);
}

function monthOf(time: Date, ahead = 0): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + ahead));
}

/** `2026_11` */
function nameOf(month: Date): string {
  return month.toISOString().slice(0, 7).replace('-', '_');
}
