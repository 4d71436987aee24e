-- revision: 2
-- The JSON of an exported cell whose type is unknown: the cell itself if it is JSON, else a JSON string of it.
-- Stable, as what it calls: only so it becomes a part of the statement. PostgreSQL 18 plans a function's body with the
-- value itself, and would refuse a cell that is no JSON while it simplifies the branch that is not taken.
create or replace function sync.json_or_text(cell text) returns jsonb
language sql stable parallel safe as $function$
  select case when pg_input_is_valid(cell, 'jsonb') then nullif(cell::jsonb, '[]') else to_jsonb(cell) end
$function$;
