-- revision: 1
-- Simultaneous calls a connection may make now: after a refusal by Zoho fewer, then one more each recovery time.
create or replace function sync.allowed_calls(
  p_account sync.credit_accounts, p_now timestamptz, p_recovery_ms integer
) returns integer language plpgsql immutable as $function$
begin
  return least(p_account.concurrency, coalesce(
    p_account.throttled_to
      + floor(1000 * extract(epoch from p_now - p_account.throttled_at) / p_recovery_ms)::integer,
    p_account.concurrency));
end $function$;
