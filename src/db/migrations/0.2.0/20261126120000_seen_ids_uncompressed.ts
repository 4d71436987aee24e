import type { Knex } from 'knex';

/** Compressing the ids of a chunk takes longer than writing them, and they are gone when the session ends. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.session_chunks alter column seen_ids set storage external');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.session_chunks alter column seen_ids set storage extended');
}
