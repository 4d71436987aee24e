-- revision: 1
-- Counts a call that Zoho limits by time. Returns 0, or the milliseconds to wait, and then nothing was counted.
create or replace function sync.count_rated_call(
  p_connection uuid, p_operation text, p_calls integer, p_per interval
) returns float8 language plpgsql as $function$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_times timestamptz[];
begin
  v_times := array(
    select called from sync.call_rates, unnest(called_at) as called
    where connection_id = p_connection and operation = p_operation and called > v_now - p_per order by called);
  if cardinality(v_times) >= p_calls then
    return greatest(1, ceil(1000 * extract(epoch from
      v_times[cardinality(v_times) - p_calls + 1] + p_per - v_now)));
  end if;
  insert into sync.call_rates values (p_connection, p_operation, v_times || v_now)
  on conflict (connection_id, operation) do update set called_at = excluded.called_at;
  return 0;
end $function$;
