import type { Knex } from 'knex';
import type { MirrorField } from '../../domain/mirror/mirror-field';
import { getConnection } from '../connections/connections';
import { quoteIdentifier } from './identifiers';
import { qualifiedTable, SYNCED_AT } from './mirror-module';
import { findMirrorByKey, type MirrorIdentity } from './mirrors';
import { loadFields } from './module-fields';

/** A function of PostgreSQL takes 100 arguments: a name and a value for each field. */
const FIELDS_A_CALL = 50;

/**
 * A record as the mirror has it: JSON with Zoho's names of the fields, ids as texts, lookups as `{id, name}`, and every
 * digit of a number. `_synced_at` is Zoho's time when it was read.
 * @param key of the module
 * @returns undefined when the mirror does not have it
 */
export async function readMirrorRecord(
  knex: Knex,
  connectionId: string,
  key: string,
  id: string,
): Promise<string | undefined> {
  const [{ mirrorSchema: schema }, mirror, fields] = await Promise.all([
    getConnection(knex, connectionId),
    findMirrorByKey(knex, connectionId, key),
    loadFields(knex, connectionId, key),
  ]);
  if (!mirror) return undefined;
  const parts = [`jsonb_build_object('id', m.id::text, '${SYNCED_AT}', m.${SYNCED_AT})`];
  const names: string[] = [];
  const shown = fields.filter(({ status }) => status === 'active');
  for (let start = 0; start < shown.length; start += FIELDS_A_CALL) {
    const some = shown.slice(start, start + FIELDS_A_CALL);
    names.push(...some.map(({ apiName }) => apiName));
    parts.push(`jsonb_build_object(${some.map((field) => `?::text, ${jsonOf(field)}`).join(', ')})`);
  }
  const answer = await knex.raw<{ rows: { record: string }[] }>(
    `select (${parts.join(' || ')})::text as record from ${qualifiedTable({ schema, table: mirror.table })} m where m.id = ?`,
    [...names, id],
  );
  return answer.rows[0]?.record;
}

function jsonOf({ column, type, nameColumn }: MirrorField): string {
  const value = `m.${quoteIdentifier(column)}`;
  const json = type === 'bigint' ? `${value}::text` : value;
  if (nameColumn === undefined) return json;
  const reference = `jsonb_build_object('id', ${json}, 'name', m.${quoteIdentifier(nameColumn)})`;
  return `case when ${value} is not null then ${reference} end`;
}

/** True if the mirror of a module has a record now. */
export async function hasMirrorRecord(
  knex: Knex,
  { mirrorSchema: schema }: { mirrorSchema: string },
  { table }: Pick<MirrorIdentity, 'table'>,
  id: string,
): Promise<boolean> {
  const name = qualifiedTable({ schema, table });
  const made = await knex.raw<{ rows: { isMade: boolean }[] }>('select to_regclass(?) is not null as "isMade"', [name]);
  if (made.rows[0]?.isMade !== true) return false;
  const answer = await knex.raw<{ rows: unknown[] }>(`select from ${name} where id = ?`, [id]);
  return answer.rows.length > 0;
}
