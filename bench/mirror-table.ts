import { getConnection } from '../src/db/connections/connections';
import { qualifiedTable } from '../src/db/mirror/mirror-module';
import { findMirrorByName } from '../src/db/mirror/mirrors';
import type { BenchEnvironment } from './environment';
import { MODULE } from './session-run';

/** Where the mirror of the measured module is. @throws Error before its first sync */
export async function tableOf({
  knex,
  connectionId,
}: BenchEnvironment): Promise<{ key: string; schema: string; table: string }> {
  const mirror = await findMirrorByName(knex, connectionId, MODULE);
  if (!mirror) throw new Error(`${MODULE} has no mirror yet.`);
  return { key: mirror.key, schema: (await getConnection(knex, connectionId)).mirrorSchema, table: mirror.table };
}

/** The same as SQL, `"crm"."deals"`. */
export async function mirrorTable(environment: BenchEnvironment): Promise<string> {
  return qualifiedTable(await tableOf(environment));
}
