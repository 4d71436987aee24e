import type { Knex } from 'knex';
import { qualifiedTable, type MirrorModule } from '../mirror/mirror-module';

const SET_ASIDE = `select distinct record_id as id from sync.quarantine where session_id = ? and status = 'open'`;

/** Records that a session could not put into the mirror as they are now. */
export async function countQuarantinedRows(knex: Knex, sessionId: string): Promise<number> {
  return count(knex, `select count(q.id) as count from (${SET_ASIDE}) q`, sessionId);
}

/** Those of them that the mirror has in no version; of the others it keeps the last good values. */
export async function countUnmirroredRows(
  knex: Knex,
  mirror: Pick<MirrorModule, 'schema' | 'table'>,
  sessionId: string,
): Promise<number> {
  const mirrored = `select from ${qualifiedTable(mirror)} m where m.id = q.id`;
  return count(knex, `select count(q.id) as count from (${SET_ASIDE}) q where not exists (${mirrored})`, sessionId);
}

async function count(knex: Knex, sql: string, sessionId: string): Promise<number> {
  const answer = await knex.raw<{ rows: { count: string }[] }>(sql, [sessionId]);
  return Number(answer.rows[0]?.count ?? 0);
}
