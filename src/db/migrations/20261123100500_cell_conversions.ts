import type { Knex } from 'knex';

/** How an exported cell that holds several values becomes JSON; the list path gives the same value as JSON already. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Zoho separates choices by ';' or ',' and does not quote them, so an option that contains the separator can only
    -- be told apart by the field's own options: the first reading in which every part is an option wins.
    create function sync.split_choices(cell text, options text[]) returns jsonb
    language sql immutable parallel safe as $$
      select case
        when cell is null or cell = '' then null
        when cell = any(options) then jsonb_build_array(cell)
        when string_to_array(cell, ';') <@ options then to_jsonb(string_to_array(cell, ';'))
        when string_to_array(cell, ',') <@ options then to_jsonb(string_to_array(cell, ','))
        else to_jsonb(string_to_array(cell, ';'))
      end
    $$;

    create function sync.tag_names(tags jsonb) returns jsonb
    language sql immutable parallel safe as $$
      select nullif(jsonb_agg(coalesce(tag ->> 'name', tag #>> '{}') order by position), '[]')
      from jsonb_array_elements(tags) with ordinality as element (tag, position)
    $$;

    create function sync.json_or_text(cell text) returns jsonb
    language sql immutable parallel safe as $$
      select case when pg_input_is_valid(cell, 'jsonb') then nullif(cell::jsonb, '[]') else to_jsonb(cell) end
    $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function sync.json_or_text(text);
    drop function sync.tag_names(jsonb);
    drop function sync.split_choices(text, text[]);
  `);
}
