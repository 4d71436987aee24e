import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

/** A choice of some records that its field does not have. */
export interface NewChoice {
  /** API name. */
  field: string;
  /** A value of records: not for logs or messages. */
  choice: string;
  /** Of the records, from 1. */
  positions: number[];
}

/**
 * Choices in the records of a bulk write that their fields do not have, in the order of the request.
 * @param known choices by the API name of their field
 * @param several fields whose value is a list; as a text it has semicolons between the choices
 */
export async function findNewChoices(
  knex: Knex,
  operationId: string,
  module: string,
  { known, several }: { known: Readonly<Record<string, readonly string[]>>; several: readonly string[] },
): Promise<NewChoice[]> {
  const { rows } = await knex.raw<{ rows: NewChoice[] }>(
    `with known as materialized (
       select field.key as field, choice
       from jsonb_each(:known::jsonb) as field, jsonb_array_elements_text(field.value) as choice
     ), chosen as (
       select item.position, cell.key as field, choice
       from sync.bulk_operation_items item, jsonb_each(item.record) as cell,
         unnest(case
           when jsonb_typeof(cell.value) = 'array' then array(select jsonb_array_elements_text(cell.value))
           when cell.key = any(:several::text[]) then string_to_array(cell.value #>> '{}', ';')
           else array[cell.value #>> '{}'] end) as choice
       where item.operation_id = :operationId and item.module_name = :module and cell.key = any(:fields::text[])
     )
     select field, choice, array_agg(distinct position order by position) as positions
     from chosen
     where choice ~ '\\S' and (field, choice) not in (select field, choice from known)
     group by field, choice order by min(position), field`,
    { operationId, module, known: toJsonb(known), fields: Object.keys(known), several: [...several] },
  );
  return rows;
}

/**
 * Fields of a bulk write with lists or records as values, each with the first record that has one. An empty list is none:
 * it clears any field.
 */
export async function findComposedValues(
  knex: Knex,
  operationId: string,
  module: string,
): Promise<{ field: string; type: 'array' | 'object'; position: number }[]> {
  const { rows } = await knex.raw<{ rows: { field: string; type: 'array' | 'object'; position: number }[] }>(
    `select cell.key as field, jsonb_typeof(cell.value) as type, min(item.position) as position
     from sync.bulk_operation_items item, jsonb_each(item.record) as cell
     where item.operation_id = ? and item.module_name = ? and jsonb_typeof(cell.value) in ('array', 'object')
       and cell.value <> '[]'
     group by 1, 2 order by 3`,
    [operationId, module],
  );
  return rows;
}

/** Whether the request of an operation lets choices be added to picklists. */
export async function allowsNewChoices(knex: Knex, operationId: string): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { allowed: boolean }[] }>(
    `select coalesce((request ->> 'allowNewChoices')::boolean, false) as allowed from sync.bulk_operations where id = ?`,
    [operationId],
  );
  return rows[0]?.allowed ?? false;
}
