import type { Knex } from 'knex';

/**
 * Sessions of one module run side by side, so a column may be renamed between the moment a load has read the map of
 * fields and the moment it writes. After "rename Amount, make another Amount" the old statement would fill the wrong
 * column without an error: the number of the layout tells.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      -- Changes with every change of the table and of the map of its fields.
      add column layout integer not null default 0,
      -- Set while the table has changed and the map of its fields has not yet: nobody may load meanwhile.
      add column adapting_since timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.mirrors drop column adapting_since, drop column layout');
}
