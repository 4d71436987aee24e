import type { Knex } from 'knex';

/** Which functions of `functions/` the database has, by the hash of their file, so that only changed ones are replaced. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.applied_functions (
      file text primary key,
      -- SHA-256 of the file's text.
      hash text not null,
      applied_at timestamptz not null default now()
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.applied_functions');
}
