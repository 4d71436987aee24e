import type { Knex } from 'knex';

/** Values of records are forgotten some time after their work has ended; these find what has come of age. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.bulk_operations
      -- When the records and values that it sent were forgotten.
      add column values_forgotten_at timestamptz;
    create index bulk_operations_with_values on sync.bulk_operations (completed_at) where values_forgotten_at is null;
    create index bulk_operation_items_with_values on sync.bulk_operation_items (operation_id) where record is not null;
    create index quarantine_closed on sync.quarantine (closed_at) where status = 'closed';
    create index tombstones_with_values on sync.tombstones (created_at) where row_data is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index sync.tombstones_with_values, sync.quarantine_closed, sync.bulk_operation_items_with_values,
      sync.bulk_operations_with_values;
    alter table sync.bulk_operations drop column values_forgotten_at;
  `);
}
