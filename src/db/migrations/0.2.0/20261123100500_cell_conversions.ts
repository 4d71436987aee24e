import type { Knex } from 'knex';

/** How an exported cell of a type nobody knows becomes JSON: as it stands, if it is JSON, or as a text. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function sync.json_or_text(cell text) returns jsonb
    language sql immutable parallel safe as $$
      select case when pg_input_is_valid(cell, 'jsonb') then nullif(cell::jsonb, '[]') else to_jsonb(cell) end
    $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function sync.json_or_text(text);
  `);
}
