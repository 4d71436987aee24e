import type { Knex } from 'knex';
import { BulkOperationNotFound } from './bulk-operations';

export interface StoredMassUpdate<Value> {
  /** API name. */
  module: string;
  /** By API name. */
  values: Record<string, Value>;
  overWrite: boolean | undefined;
  /** Choices that a picklist does not have are sent all the same. */
  allowNewChoices: boolean;
  /** Id of a view; null where the records are named by their ids. */
  customView: string | null;
}

export type ExactValue =
  { type: 'number'; text: string } | { type: 'other'; value: null | string | boolean | string[] };

/** Reads the request of a mass update, with numbers as their digits. @throws BulkOperationNotFound */
export async function readMassUpdateRequest(knex: Knex, operationId: string): Promise<StoredMassUpdate<ExactValue>> {
  type Row = Omit<StoredMassUpdate<ExactValue>, 'overWrite' | 'values'> & {
    overWrite: boolean | null;
    values: [string, ExactValue][];
  };
  const { rows } = await knex.raw<{ rows: Row[] }>(
    `select request ->> 'module' as module, (request ->> 'overWrite')::boolean as "overWrite",
       coalesce((request ->> 'allowNewChoices')::boolean, false) as "allowNewChoices",
       request ->> 'customView' as "customView",
       (select jsonb_agg(jsonb_build_array(cell.key, case jsonb_typeof(cell.value)
          when 'number' then jsonb_build_object('type', 'number', 'text', cell.value #>> '{}')
          else jsonb_build_object('type', 'other', 'value', cell.value) end))
        from jsonb_each(request -> 'values') as cell) as values
     from sync.bulk_operations where id = ? and kind = 'mass_update'`,
    [operationId],
  );
  const [row] = rows;
  if (!row) throw new BulkOperationNotFound(operationId);
  return { ...row, overWrite: row.overWrite ?? undefined, values: Object.fromEntries(row.values) };
}
