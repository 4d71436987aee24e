-- revision: 1
-- One round trip of one process: releases its ended calls, queues its new ones, admits calls of all processes by earliest
-- deadline, and returns the decisions on its own. Under the lock of the connection's account, so that all processes see
-- one queue; the numbers of the rules come from the caller (src/domain/credits). The commit does not wait for the disk: a
-- crash of the server forgets the credits of some tenths of a second.
create or replace function sync.admit_calls(
  p_connection uuid, p_owner uuid, p_lease_ms integer, p_releases jsonb, p_requests jsonb, p_rules jsonb
) returns table (ticket bigint, outcome text, credits integer, wait_ms float8)
language plpgsql as $function$
#variable_conflict use_column
declare
  a sync.credit_accounts;
  s sync.call_queue;
  v_now timestamptz;
  v_recovery_ms integer := (p_rules ->> 'recoveryMs')::integer;
  v_shares float8[] := array(select value::float8 from jsonb_array_elements_text(p_rules -> 'reservedShares'));
  v_usable bigint;
  v_allowed integer;
  v_reserved integer;
  v_running integer;
  v_heavy integer;
  v_in_flight bigint;
  v_spent bigint[];
begin
  perform set_config('synchronous_commit', 'off', true);
  a := sync.lock_credit_account(p_connection, p_rules -> 'assumed');
  v_now := clock_timestamp();
  v_spent := a.day_spent;
  v_usable := floor(a.daily_credits::float8 * (1 - a.buffer_percent::float8 / 100));

  perform sync.renew_call_lease(p_connection, p_owner, make_interval(secs => p_lease_ms / 1000.0), v_now);
  a := sync.release_calls(a, p_owner, p_releases, v_now, v_recovery_ms);
  return query select refused.ticket, 'rate_limited', 0, refused.wait_ms
    from sync.queue_calls(p_connection, p_owner, p_requests, v_now) as refused;

  v_allowed := sync.allowed_calls(a, v_now, v_recovery_ms);
  v_reserved := case when v_allowed >= (p_rules ->> 'minConcurrencyToReserveOne')::integer then 1 else 0 end;
  select count(*), count(*) filter (where heavy), coalesce(sum(credits), 0) into v_running, v_heavy, v_in_flight
  from sync.call_queue where connection_id = p_connection and state = 'running';
  if v_running < v_allowed then
    for s in
      select * from sync.call_queue
      where connection_id = p_connection and state = 'waiting' and owner is not null order by deadline, ticket
    loop
      exit when v_running >= v_allowed;
      continue when s.priority > 1 and v_running >= v_allowed - v_reserved;
      continue when s.heavy and v_heavy >= a.heavy_concurrency;
      continue when not sync.may_spend(v_usable, a.day_spent, s.priority, s.credits, v_shares);
      a.minute_spent[s.priority] := a.minute_spent[s.priority] + s.credits;
      a.day_spent[s.priority] := a.day_spent[s.priority] + s.credits;
      a.admitted_total := a.admitted_total + s.credits;
      update sync.call_queue set state = 'running', admitted_at = v_now, in_flight_at_start = v_in_flight,
        admitted_total = a.admitted_total
      where connection_id = p_connection and entry = s.entry;
      v_running := v_running + 1;
      v_heavy := v_heavy + s.heavy::integer;
      v_in_flight := v_in_flight + s.credits;
    end loop;
  end if;
  if a.day_spent <> v_spent or a.throttled_at = v_now then
    update sync.credit_accounts set minute_spent = a.minute_spent, day_spent = a.day_spent,
      admitted_total = a.admitted_total, throttled_to = a.throttled_to, throttled_at = a.throttled_at
    where connection_id = p_connection;
  end if;

  for s in
    select * from sync.call_queue
    where connection_id = p_connection and owner = p_owner and state in ('waiting', 'running')
  loop
    ticket := s.ticket; credits := s.credits; wait_ms := 0;
    if s.state = 'running' then
      outcome := 'admitted';
      return next;
    elsif not sync.may_spend(v_usable, a.day_spent, s.priority, s.credits, v_shares) then
      update sync.call_queue set state = 'free', owner = null, deadline = null
      where connection_id = p_connection and entry = s.entry;
      outcome := 'out_of_credits';
      return next;
    end if;
  end loop;
end $function$;
