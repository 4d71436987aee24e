import type { Knex } from 'knex';
import { isUserLookup } from '../../../domain/mirror/mirror-field';
import { quoteIdentifier } from '../identifiers';
import { qualifiedTable, type MirrorModule } from '../mirror-module';

/**
 * Remembers users by the names that records give them: those who have left are in no list of users.
 * @returns how many were not known before
 */
export async function learnUsers(knex: Knex, mirror: MirrorModule, ids: string[]): Promise<number> {
  let learned = 0;
  for (const field of mirror.fields) {
    if (!isUserLookup(field) || !field.nameColumn) continue;
    const [user, name] = [quoteIdentifier(field.column), quoteIdentifier(field.nameColumn)];
    const answer = await knex.raw<{ rowCount: number }>(
      `insert into sync.crm_users (connection_id, id, full_name)
       select distinct on (${user}) ?::uuid, ${user}, ${name} from ${qualifiedTable(mirror)}
       where id = any(?::bigint[]) and ${user} is not null and ${name} is not null
       on conflict (connection_id, id) do nothing`,
      [mirror.connectionId, ids],
    );
    learned += answer.rowCount;
  }
  return learned;
}
