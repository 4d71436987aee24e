-- revision: 1
-- Ends calls of a process, and returns the account as it is then: with the credits of calls that were not sent, corrected
-- by the remaining credits that Zoho's answers named, and throttled if Zoho refused a call for too many at a time. The
-- caller stores the account.
create or replace function sync.release_calls(
  a sync.credit_accounts, p_owner uuid, p_releases jsonb, p_now timestamptz, p_recovery_ms integer
) returns sync.credit_accounts language plpgsql as $function$
declare
  s sync.call_queue;
  d record;
  v_unsent bigint;
  v_off bigint;
begin
  for d in
    select * from jsonb_to_recordset(p_releases) as
      released (ticket bigint, sent boolean, unsent numeric, "keepsDeadline" boolean, remaining bigint, throttled boolean)
  loop
    select * into s from sync.call_queue
    where connection_id = a.connection_id and owner = p_owner and ticket = d.ticket and state in ('waiting', 'running');
    continue when not found;
    if d."keepsDeadline" then
      update sync.call_queue set state = 'waiting', owner = null, deadline_kept_until = p_now + interval '10 minutes'
      where connection_id = a.connection_id and entry = s.entry;
    else
      update sync.call_queue set state = 'free', owner = null, deadline = null
      where connection_id = a.connection_id and entry = s.entry;
    end if;
    continue when s.state = 'waiting';
    v_unsent := case when d.sent then coalesce(d.unsent, 0)::bigint else s.credits end;
    if v_unsent > 0 then
      a.minute_spent[s.priority] := a.minute_spent[s.priority] - v_unsent;
      a.day_spent[s.priority] := a.day_spent[s.priority] - v_unsent;
      a.admitted_total := a.admitted_total - v_unsent;
    end if;
    continue when not d.sent;
    -- Zoho knows what other clients spend. Less left than we think is certain; more is only what cannot be explained by
    -- calls that were on their way when it answered.
    if d.remaining is not null and a.daily_credits is not null then
      v_off := a.daily_credits - d.remaining - (select sum(each)::bigint from unnest(a.day_spent) as each);
      if v_off < 0 then v_off := least(0, v_off + s.in_flight_at_start + a.admitted_total - s.admitted_total); end if;
      a.minute_spent[7] := a.minute_spent[7] + v_off;
      a.day_spent[7] := a.day_spent[7] + v_off;
    end if;
    if d.throttled and s.admitted_at > coalesce(a.throttled_at, '-infinity') then
      a.throttled_to := greatest(1, sync.allowed_calls(a, p_now, p_recovery_ms) / 2);
      a.throttled_at := p_now;
    end if;
  end loop;
  return a;
end $function$;
