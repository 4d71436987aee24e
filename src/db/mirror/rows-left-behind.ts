import type { Knex } from 'knex';
import { quoteIdentifier } from './identifiers';
import { qualifiedTable, type MirrorModule } from './mirror-module';
import { findPointers, type Pointer } from './pointers';

/** Rows that a session has asked for since what they pointed to has left: 20 credits of the sessions to come. */
const MOST_ROWS = 2_000;

/**
 * Notes the rows that point to records which have left the mirror, so that the next session of their module asks for them:
 * Zoho may empty such lookups, or let them point to the record that was merged with, without a word in any list. For more
 * of them than a session may note, the next night is to compare every value. Belongs into the transaction of the burial.
 */
export async function noteRowsLeftBehind(
  trx: Knex,
  mirror: MirrorModule,
  sessionId: string,
  gone: readonly string[],
): Promise<void> {
  if (gone.length === 0) return;
  for (const pointer of await findPointers(trx, mirror)) {
    const room = MOST_ROWS - (await countNoted(trx, sessionId));
    const rows = await findRows(trx, pointer, gone, room + 1);
    await noteRows(trx, pointer, sessionId, rows.slice(0, room));
    if (rows.length > room) await wantValues(trx, pointer);
  }
}

async function countNoted(trx: Knex, sessionId: string): Promise<number> {
  const answer = await trx.raw<{ rows: { noted: string }[] }>(
    'select count(*) as noted from sync.doubtful_records where session_id = ?',
    [sessionId],
  );
  return Math.min(MOST_ROWS, Number(answer.rows[0]?.noted ?? 0));
}

async function findRows(trx: Knex, { mirror, column }: Pointer, gone: readonly string[], limit: number) {
  const answer = await trx.raw<{ rows: { id: string }[] }>(
    `select id from ${qualifiedTable(mirror)} where ${quoteIdentifier(column)} = any(?::bigint[]) order by id limit ?`,
    [[...gone], limit],
  );
  return answer.rows.map(({ id }) => id);
}

async function noteRows(trx: Knex, { mirror }: Pointer, sessionId: string, ids: readonly string[]): Promise<void> {
  await trx.raw(
    `insert into sync.doubtful_records (connection_id, module_name, record_id, session_id)
     select ?, ?, id, ? from unnest(?::bigint[]) as id order by id
     on conflict (connection_id, module_name, record_id) do nothing`,
    [mirror.connectionId, mirror.key, sessionId, [...ids]],
  );
}

async function wantValues(trx: Knex, { mirror: { connectionId, key } }: Pointer): Promise<void> {
  await trx.raw('update sync.mirrors set values_wanted_at = clock_timestamp() where connection_id = ? and key = ?', [
    connectionId,
    key,
  ]);
}
