import type { Knex } from 'knex';
import type { MirrorField } from '../../domain/mirror/mirror-field';
import { quoteIdentifier, quoteLiteral } from './identifiers';
import { beginLayoutChange } from './layout';
import { lockRows, queryOf } from './mirror-lock';
import { qualifiedTable, type MirrorModule } from './mirror-module';

/** SQL that puts a choice's actual value in the place of the name under which a read shows it. */
export function actualChoices({ type, shape, renamedChoices }: MirrorField, value: string): string {
  if (!renamedChoices) return value;
  const names = `${quoteLiteral(JSON.stringify(renamedChoices))}::jsonb`;
  if (shape !== 'choices') return type === 'text' ? `coalesce(${names} ->> ${value}, ${value})` : value;
  if (type !== 'jsonb') return value;
  return `(select case jsonb_typeof(list) when 'array' then (
      select jsonb_agg(coalesce(${names} -> (item #>> '{}'), item) order by place)
      from jsonb_array_elements(list) with ordinality as e (item, place)) else list end
    from (select ${value} as list) l)`;
}

/**
 * Gives choices of the mirror their actual values where names that Zoho has come to show were read before the engine knew
 * them as names. Reads the whole table, so only where a field has other names than before. The map of the fields is to be
 * stored behind it. Idempotent.
 */
export async function settleRenamedChoices(
  knex: Knex,
  mirror: MirrorModule,
  earlier: ReadonlyMap<string, Pick<MirrorField, 'renamedChoices'>>,
): Promise<void> {
  const changed = mirror.fields.filter((field) => {
    if (field.type !== 'text' && field.shape !== 'choices') return false;
    const before = earlier.get(field.fieldId)?.renamedChoices ?? {};
    return Object.entries(field.renamedChoices ?? {}).some(([name, actual]) => before[name] !== actual);
  });
  if (changed.length === 0) return;
  await knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await lockRows(queryOf(trx), mirror);
    // Loads that do not know the names yet must not bring them back.
    await beginLayoutChange(trx, mirror);
    for (const field of changed) {
      const column = `m.${quoteIdentifier(field.column)}`;
      const update = `update ${qualifiedTable(mirror)} m set ${quoteIdentifier(field.column)} = ${actualChoices(field, column)}
        where ${column} ${field.type === 'jsonb' ? '?|' : '= any'}`;
      await trx.raw(`${update.replaceAll('?', '\\?')} (?::text[])`, [Object.keys(field.renamedChoices ?? {})]);
    }
  });
}
