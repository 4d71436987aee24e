import type pg from 'pg';
import { displayFieldOf } from '../../../domain/mirror/mirror-field';
import { quoteLiteral, type Parameters } from '../identifiers';
import type { MirrorModule } from '../mirror-module';
import { isNamedElsewhere, namedReferences, readNameSourcesOf } from '../names/name-sources';
import type { StagingLayout } from './staged-column';

/**
 * Marks the names of lookups in a layout: those that are values of other mirrors make no row differ, and the others change
 * without the row's time, since what they name is another record.
 */
export async function withNamesOfOthers(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
): Promise<StagingLayout> {
  const references = namedReferences(mirror);
  if (references.length === 0) return layout;
  const sources = await readNameSourcesOf(client, mirror);
  const elsewhere = new Map(
    references.map((reference) => [reference.nameColumn, isNamedElsewhere(reference, sources)]),
  );
  const columns = layout.columns.map((column) => {
    const isElsewhere = elsewhere.get(column.name);
    if (isElsewhere === undefined) return column;
    return { ...column, ...(isElsewhere ? { isNamedElsewhere: true } : { changesWithoutModifiedTime: true }) };
  });
  return { ...layout, columns };
}

/**
 * Common table expressions that note which rows of `merged` have a new name, for the rows that point to them (see
 * `spreadNames`); none where the module's records have no name, nothing where no lookup points to them.
 * @param which `changed` rows have what `changesOf` returns
 */
export function notedNames(mirror: MirrorModule, which: 'created' | 'changed', parameters: Parameters): string[] {
  const { connectionId, fields, key, module } = mirror;
  const display = fields.find(({ apiName }) => apiName === displayFieldOf(module));
  if (!display) return [];
  const connection = parameters.add(connectionId, 'uuid');
  const name = quoteLiteral(module);
  return [
    `named as (
      insert into sync.name_changes (mirror_id, record_id)
      select (select id from sync.mirrors where connection_id = ${connection} and key = ${parameters.add(key, 'text')}), id
      from merged
      where ${which === 'changed' ? `changes ? ${quoteLiteral(display.fieldId)} and` : ''} exists (
        select from sync.module_fields f
        where f.connection_id = ${connection} and f.status = 'active' and f.data_type in ('lookup', 'multi_module_lookup')
          and coalesce(f.definition ->> 'lookupModule', ${name}) = ${name})
      on conflict (mirror_id, record_id) do update set number = default
    )`,
  ];
}
