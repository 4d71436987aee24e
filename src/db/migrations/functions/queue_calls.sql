-- revision: 1
-- Queues calls of a process with their deadlines. Returns those that Zoho's limits by time refuse, with the milliseconds
-- to wait; they are not queued. A call inherits the deadline that an earlier call of its priority kept when it gave up.
create or replace function sync.queue_calls(p_connection uuid, p_owner uuid, p_requests jsonb, p_now timestamptz)
returns table (ticket bigint, wait_ms float8) language plpgsql as $function$
#variable_conflict use_column
declare
  s sync.call_queue;
  d record;
  v_price integer;
begin
  for d in
    select * from jsonb_to_recordset(p_requests) as requested (ticket bigint, operation text, priority smallint,
      heavy boolean, credits integer, calls integer, "maxWaitMs" integer, "rateCalls" integer, "ratePerMs" integer)
  loop
    if d."rateCalls" is not null then
      wait_ms := sync.count_rated_call(p_connection, d.operation, d."rateCalls",
        make_interval(secs => d."ratePerMs" / 1000.0));
      if wait_ms > 0 then
        ticket := d.ticket;
        return next;
        continue;
      end if;
    end if;
    v_price := coalesce(d.calls, 1) * coalesce((select least(greatest(d.credits, min_credits), max_credits)
      from sync.credit_costs where connection_id = p_connection and operation = d.operation), d.credits);
    select * into s from sync.call_queue
    where connection_id = p_connection
      and (state = 'free' or owner is null and (priority = d.priority or deadline_kept_until < p_now))
    order by state = 'waiting' and priority = d.priority and deadline_kept_until >= p_now desc, deadline limit 1;
    if not found then
      insert into sync.call_queue (connection_id, entry, state)
      select p_connection, coalesce(max(entry), 0) + 1, 'free' from sync.call_queue where connection_id = p_connection
      returning * into s;
    end if;
    update sync.call_queue set state = 'waiting', owner = p_owner, ticket = d.ticket, priority = d.priority,
      heavy = d.heavy, credits = v_price,
      deadline = least(p_now + make_interval(secs => d."maxWaitMs" / 1000.0),
        case when s.state = 'waiting' and s.priority = d.priority and s.deadline_kept_until >= p_now then s.deadline end)
    where connection_id = p_connection and entry = s.entry;
  end loop;
end $function$;
