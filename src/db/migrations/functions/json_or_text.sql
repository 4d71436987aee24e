-- revision: 1
-- The JSON of an exported cell whose type is unknown: the cell itself if it is JSON, else a JSON string of it.
create or replace function sync.json_or_text(cell text) returns jsonb
language sql immutable parallel safe as $function$
  select case when pg_input_is_valid(cell, 'jsonb') then nullif(cell::jsonb, '[]') else to_jsonb(cell) end
$function$;
