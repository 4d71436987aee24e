import type { Knex } from 'knex';
import type { MirrorField } from '../../domain/mirror/mirror-field';
import { HIDDEN_DAYS } from '../../domain/schema-changes/schema-change';
import { columnTypes } from '../mirror/column-types';
import { quoteIdentifier } from '../mirror/identifiers';
import { mirrorColumns, qualifiedTable, type MirrorModule } from '../mirror/mirror-module';
import { prepareMirrorTable, type PreparedTable } from '../mirror/mirror-table';
import { giveUpHidden, loadFields, saveFields, type KnownField } from '../mirror/module-fields';
import { settleRenamedChoices } from '../mirror/renamed-choices';
import type { TableChangeOptions } from './table-changes';

/**
 * Brings the table of a mirror up to what Zoho's fields are to be mapped to, and stores the map. One process at a time
 * does so for a module: what it finds is what it changes.
 * @param map the fields as Zoho has them, by what is known of them and columns that they must not get
 * @throws NotAMirrorTable, ForeignTrigger before anything is changed
 */
export async function adaptMirror(
  knex: Knex,
  mirror: Omit<MirrorModule, 'fields'>,
  map: (known: readonly KnownField[], foreign: readonly string[]) => MirrorField[],
  options: TableChangeOptions = {},
): Promise<PreparedTable> {
  const { connectionId, key } = mirror;
  return knex.transaction(async (alone) => {
    await alone.raw(`set local statement_timeout = 0; set local idle_in_transaction_session_timeout = '1h'`);
    await alone.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`fields:${connectionId}:${key}`]);
    await giveUpHidden(knex, connectionId, key, HIDDEN_DAYS);
    const known = await loadFields(knex, connectionId, key);
    const wanted = map(known, await foreignColumns(knex, mirror, known, map(known, [])));
    const inTable = known.filter(({ status }) => status !== 'pending');
    const listed = new Set(wanted.map(({ fieldId }) => fieldId));
    const gone = known.filter(({ status, fieldId }) => status === 'removed' && !listed.has(fieldId));
    const prepared = await prepareMirrorTable(knex, { ...mirror, fields: wanted }, inTable, { ...options, gone });
    // Before the new names are known: a process that dies in between does it again.
    const earlier = new Map(known.map((field) => [field.fieldId, field]));
    await settleRenamedChoices(knex, { ...mirror, fields: prepared.fields }, earlier);
    await saveFields(knex, connectionId, key, prepared.fields, wanted);
    return prepared;
  });
}

/**
 * The columns of the table that fields would be given, and that somebody else has filled. An empty one may be from a
 * process that died before it wrote down whose it was.
 */
async function foreignColumns(
  knex: Knex,
  mirror: Omit<MirrorModule, 'fields'>,
  known: readonly KnownField[],
  wanted: readonly MirrorField[],
): Promise<string[]> {
  const present = await columnTypes(knex, mirror);
  const own = new Set(
    mirrorColumns([...known, ...known.flatMap((field) => field.wanted ?? [])]).map(({ name }) => name),
  );
  const doubtful = mirrorColumns(wanted).filter(({ name }) => present.has(name) && !own.has(name));
  const found = await Promise.all(
    doubtful.map(async ({ name }) => {
      const filled = `select from ${qualifiedTable(mirror)} where ${quoteIdentifier(name)} is not null`;
      const answer = await knex.raw<{ rows: { isFilled: boolean }[] }>(`select exists (${filled}) as "isFilled"`);
      return answer.rows[0]?.isFilled ? [name] : [];
    }),
  );
  return found.flat();
}

/** The fields that Zoho shows, as it has them by what is known: with the columns that they are to have. */
export function wantedFields(known: readonly KnownField[]): MirrorField[] {
  return known.flatMap(({ wanted, status, filled: _filled, ...mirrored }) =>
    status === 'active' || status === 'pending' ? [exportableAs(mirrored, wanted ?? mirrored)] : [],
  );
}

/** A field as Zoho has it, without what it has refused to export once: that is not asked for again. */
export function exportableAs(known: MirrorField | undefined, field: MirrorField): MirrorField {
  return {
    ...field,
    bulkReadable: field.bulkReadable && (known?.bulkReadable ?? true),
    bulkNameReadable: field.bulkNameReadable && (known?.bulkNameReadable ?? true),
  };
}
