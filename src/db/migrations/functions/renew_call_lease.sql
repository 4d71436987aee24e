-- revision: 1
-- Renews the lease of a process, once half of it has passed, and frees the connection's calls of processes whose lease
-- has expired.
create or replace function sync.renew_call_lease(
  p_connection uuid, p_owner uuid, p_lease interval, p_now timestamptz
) returns void language plpgsql as $function$
declare
  v_expires timestamptz;
begin
  select expires_at into v_expires from sync.call_leases where owner = p_owner;
  if v_expires is null or v_expires < p_now + p_lease / 2 then
    insert into sync.call_leases values (p_owner, p_now + p_lease)
    on conflict (owner) do update set expires_at = excluded.expires_at;
  end if;
  if exists (select from sync.call_leases where expires_at < p_now) then
    update sync.call_queue as queued set state = 'free', owner = null, deadline = null
    where connection_id = p_connection and queued.owner is not null
      and not exists (select from sync.call_leases lease where lease.owner = queued.owner and expires_at >= p_now);
    delete from sync.call_leases where expires_at < p_now - interval '5 minutes';
  end if;
end $function$;
