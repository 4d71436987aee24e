-- revision: 1
-- Locks the credit account of a connection. Creates it before the first call, closes the minute that has passed, and gives
-- back what was spent more than a day ago.
create or replace function sync.lock_credit_account(p_connection uuid, p_assumed jsonb)
returns sync.credit_accounts language plpgsql as $function$
#variable_conflict use_column
declare
  a sync.credit_accounts;
  v_minute timestamptz;
  v_expired bigint[];
begin
  select * into a from sync.credit_accounts where connection_id = p_connection for update;
  if not found then
    insert into sync.credit_accounts (connection_id, daily_credits, concurrency, heavy_concurrency, limits_from, minute)
    values (p_connection, (p_assumed ->> 'dailyCredits')::bigint, (p_assumed ->> 'concurrency')::integer,
      (p_assumed ->> 'heavyConcurrency')::integer, 'assumed', '-infinity')
    on conflict do nothing;
    select * into a from sync.credit_accounts where connection_id = p_connection for update;
  end if;
  v_minute := date_trunc('minute', clock_timestamp());
  if a.minute < v_minute then
    if a.minute_spent <> array_fill(0::bigint, array[7]) then
      insert into sync.credit_minutes values (p_connection, a.minute, a.minute_spent);
    end if;
    with expired as (
      delete from sync.credit_minutes
      where connection_id = p_connection and minute <= v_minute - interval '24 hours 1 minute'
      returning spent)
    select array[sum(spent[1]), sum(spent[2]), sum(spent[3]), sum(spent[4]), sum(spent[5]), sum(spent[6]), sum(spent[7])]
    into v_expired from expired;
    for i in 1 .. 7 loop
      a.day_spent[i] := a.day_spent[i] - coalesce(v_expired[i], 0);
    end loop;
    a.minute := v_minute;
    a.minute_spent := array_fill(0::bigint, array[7]);
    select coalesce(max(rate_limit_buffer), 10) into a.buffer_percent
    from sync.sync_configurations where connection_id = p_connection and is_active;
    update sync.credit_accounts set minute = a.minute, minute_spent = a.minute_spent, day_spent = a.day_spent,
      buffer_percent = a.buffer_percent
    where connection_id = p_connection;
  end if;
  return a;
end $function$;
