import type { Knex } from 'knex';

/**
 * The broker's decisions, taken under the lock of the connection's account so that all workers see one line. The rules'
 * numbers come from the caller (src/domain); `may_spend` is the same rule as `maySpend` there.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(MAY_SPEND);
  await knex.raw(OPEN_ACCOUNT);
  await knex.raw(TAKE_RATE);
  await knex.raw(TAKE_TURN);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function sync.take_turn, sync.take_rate, sync.open_account, sync.may_spend
  `);
}

const MAY_SPEND = `
create function sync.may_spend(
  p_usable bigint, p_spent bigint[], p_priority integer, p_credits bigint, p_shares float8[]
) returns boolean language plpgsql immutable as $function$
declare
  v_after bigint := p_credits;
  v_floors_left bigint := 0;
  v_floor bigint;
begin
  if p_usable is null then return true; end if;
  for i in 1 .. cardinality(p_spent) loop
    v_after := v_after + p_spent[i];
  end loop;
  if v_after > p_usable then return false; end if;
  for i in 1 .. cardinality(p_shares) loop
    v_floor := floor(p_shares[i] * p_usable);
    if i <> p_priority then
      v_floors_left := v_floors_left + greatest(0, v_floor - p_spent[i]);
    elsif p_spent[i] + p_credits <= v_floor then
      return true;
    end if;
  end loop;
  return v_after + v_floors_left <= p_usable;
end $function$`;

/** Locks the account, makes it on the first call, and lets the minutes of the day before go. */
const OPEN_ACCOUNT = `
create function sync.open_account(p_connection uuid, p_assumed jsonb)
returns sync.credit_accounts language plpgsql as $function$
#variable_conflict use_column
declare
  a sync.credit_accounts;
  v_minute timestamptz;
  v_back bigint[];
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
    with gone as (
      delete from sync.credit_minutes
      where connection_id = p_connection and minute <= v_minute - interval '24 hours 1 minute'
      returning spent)
    select array[sum(spent[1]), sum(spent[2]), sum(spent[3]), sum(spent[4]), sum(spent[5]), sum(spent[6]), sum(spent[7])]
    into v_back from gone;
    for i in 1 .. 7 loop
      a.day_spent[i] := a.day_spent[i] - coalesce(v_back[i], 0);
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
end $function$`;

/** Counts a call that Zoho limits by time. Returns the milliseconds to wait, and then nothing was counted; else 0. */
const TAKE_RATE = `
create function sync.take_rate(p_connection uuid, p_operation text, p_calls integer, p_per interval)
returns float8 language plpgsql as $function$
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
end $function$`;

/**
 * One turn of one process: who left, who arrived, who is let in (whoever's they are), and what became of its own. The
 * commit does not wait for the disk: what a crash of the server forgets are the credits of some tenths of a second.
 */
const TAKE_TURN = `
create function sync.take_turn(
  p_connection uuid, p_holder uuid, p_ttl_ms integer, p_departures jsonb, p_arrivals jsonb, p_rules jsonb
) returns table (ticket bigint, outcome text, credits integer, wait_ms float8)
language plpgsql as $function$
#variable_conflict use_column
declare
  a sync.credit_accounts;
  s sync.call_slots;
  d record;
  v_now timestamptz;
  v_ttl interval := make_interval(secs => p_ttl_ms / 1000.0);
  v_alive timestamptz;
  v_shares float8[] := array(select value::float8 from jsonb_array_elements_text(p_rules -> 'floorShares'));
  v_usable bigint;
  v_allowed integer;
  v_kept integer;
  v_running integer;
  v_heavy integer;
  v_in_flight bigint;
  v_off bigint;
  v_spent bigint[];
  v_price integer;
  v_unsent bigint;
begin
  perform set_config('synchronous_commit', 'off', true);
  a := sync.open_account(p_connection, p_rules -> 'assumed');
  v_now := clock_timestamp();
  v_spent := a.day_spent;
  v_usable := floor(a.daily_credits::float8 * (1 - a.buffer_percent::float8 / 100));
  v_allowed := least(a.concurrency, coalesce(a.throttled_to
    + floor(1000 * extract(epoch from v_now - a.throttled_at) / (p_rules ->> 'recoveryMs')::integer)::integer,
    a.concurrency));

  select alive_until into v_alive from sync.call_holders where holder = p_holder;
  if v_alive is null or v_alive < v_now + v_ttl / 2 then
    insert into sync.call_holders values (p_holder, v_now + v_ttl)
    on conflict (holder) do update set alive_until = excluded.alive_until;
  end if;
  if exists (select from sync.call_holders where alive_until < v_now) then
    update sync.call_slots slot set state = 'free', due_at = null
    where connection_id = p_connection and state in ('waiting', 'running')
      and not exists (select from sync.call_holders live where live.holder = slot.holder and alive_until >= v_now);
    delete from sync.call_holders where alive_until < v_now - interval '5 minutes';
  end if;

  for d in
    select * from jsonb_to_recordset(p_departures) as
      left_by (ticket bigint, sent boolean, unsent numeric, "keepsPlace" boolean, remaining bigint, throttled boolean)
  loop
    select * into s from sync.call_slots
    where connection_id = p_connection and holder = p_holder and ticket = d.ticket and state in ('waiting', 'running');
    continue when not found;
    if d."keepsPlace" then
      update sync.call_slots set state = 'left', holder = null, kept_until = v_now + interval '10 minutes'
      where connection_id = p_connection and slot = s.slot;
    else
      update sync.call_slots set state = 'free', holder = null, due_at = null
      where connection_id = p_connection and slot = s.slot;
    end if;
    continue when s.state = 'waiting';
    v_unsent := case when d.sent then coalesce(d.unsent, 0)::bigint else s.credits end;
    if v_unsent > 0 then
      a.minute_spent[s.priority] := a.minute_spent[s.priority] - v_unsent;
      a.day_spent[s.priority] := a.day_spent[s.priority] - v_unsent;
      a.begun := a.begun - v_unsent;
    end if;
    continue when not d.sent;
    -- Zoho knows what other clients spend. Less left than we think is certain; more is only what cannot be explained by
    -- calls that were on their way when it answered.
    if d.remaining is not null and a.daily_credits is not null then
      v_off := a.daily_credits - d.remaining - (select sum(each)::bigint from unnest(a.day_spent) as each);
      if v_off < 0 then v_off := least(0, v_off + s.credits_ahead + a.begun - s.begun); end if;
      a.minute_spent[7] := a.minute_spent[7] + v_off;
      a.day_spent[7] := a.day_spent[7] + v_off;
    end if;
    if d.throttled and s.began_at > coalesce(a.throttled_at, '-infinity') then
      v_allowed := greatest(1, v_allowed / 2);
      a.throttled_to := v_allowed;
      a.throttled_at := v_now;
    end if;
  end loop;

  for d in
    select * from jsonb_to_recordset(p_arrivals) as arrived (ticket bigint, operation text, priority smallint,
      heavy boolean, credits integer, calls integer, "patienceMs" integer, "rateCalls" integer, "ratePerMs" integer)
  loop
    if d."rateCalls" is not null then
      wait_ms := sync.take_rate(p_connection, d.operation, d."rateCalls",
        make_interval(secs => d."ratePerMs" / 1000.0));
      if wait_ms > 0 then
        ticket := d.ticket; outcome := 'rate'; credits := 0;
        return next;
        continue;
      end if;
    end if;
    v_price := coalesce(d.calls, 1) * coalesce((select least(greatest(d.credits, least_credits), most_credits)
      from sync.credit_costs where connection_id = p_connection and operation = d.operation), d.credits);
    select * into s from sync.call_slots
    where connection_id = p_connection
      and (state = 'free' or state = 'left' and (priority = d.priority or kept_until < v_now))
    order by state = 'left' and priority = d.priority and kept_until >= v_now desc, due_at limit 1;
    if not found then
      insert into sync.call_slots (connection_id, slot, state)
      select p_connection, coalesce(max(slot), 0) + 1, 'free' from sync.call_slots where connection_id = p_connection
      returning * into s;
    end if;
    update sync.call_slots set state = 'waiting', holder = p_holder, ticket = d.ticket, priority = d.priority,
      heavy = d.heavy, credits = v_price,
      due_at = least(v_now + make_interval(secs => d."patienceMs" / 1000.0),
        case when s.state = 'left' and s.priority = d.priority and s.kept_until >= v_now then s.due_at end)
    where connection_id = p_connection and slot = s.slot;
  end loop;

  select count(*), count(*) filter (where heavy), coalesce(sum(credits), 0) into v_running, v_heavy, v_in_flight
  from sync.call_slots where connection_id = p_connection and state = 'running';
  v_kept := case when v_allowed >= (p_rules ->> 'leastCallsToKeepOne')::integer then 1 else 0 end;
  if v_running < v_allowed then
    for s in
      select * from sync.call_slots where connection_id = p_connection and state = 'waiting' order by due_at, ticket
    loop
      exit when v_running >= v_allowed;
      continue when s.priority > 1 and v_running >= v_allowed - v_kept;
      continue when s.heavy and v_heavy >= a.heavy_concurrency;
      continue when not sync.may_spend(v_usable, a.day_spent, s.priority, s.credits, v_shares);
      a.minute_spent[s.priority] := a.minute_spent[s.priority] + s.credits;
      a.day_spent[s.priority] := a.day_spent[s.priority] + s.credits;
      a.begun := a.begun + s.credits;
      update sync.call_slots set state = 'running', began_at = v_now, credits_ahead = v_in_flight, begun = a.begun
      where connection_id = p_connection and slot = s.slot;
      v_running := v_running + 1;
      v_heavy := v_heavy + s.heavy::integer;
      v_in_flight := v_in_flight + s.credits;
    end loop;
  end if;
  if a.day_spent <> v_spent or a.throttled_at = v_now then
    update sync.credit_accounts set minute_spent = a.minute_spent, day_spent = a.day_spent, begun = a.begun,
      throttled_to = a.throttled_to, throttled_at = a.throttled_at
    where connection_id = p_connection;
  end if;

  for s in
    select * from sync.call_slots
    where connection_id = p_connection and holder = p_holder and state in ('waiting', 'running')
  loop
    ticket := s.ticket; outcome := s.state; credits := s.credits; wait_ms := 0;
    if s.state = 'running' then
      return next;
    elsif not sync.may_spend(v_usable, a.day_spent, s.priority, s.credits, v_shares) then
      update sync.call_slots set state = 'free', holder = null, due_at = null
      where connection_id = p_connection and slot = s.slot;
      outcome := 'credits';
      return next;
    end if;
  end loop;
end $function$`;
