-- revision: 1
-- Entries of the audit log stay as they were written; one that is pending gets its outcome, once.
create or replace function sync.keep_audit_entries() returns trigger
language plpgsql set search_path to pg_catalog, pg_temp as $function$
begin
  if tg_op = 'UPDATE' and (new.outcome is not distinct from old.outcome or old.outcome = 'pending') then
    new.outcome := coalesce(new.outcome, old.outcome);
    if to_jsonb(new) - 'outcome' = to_jsonb(old) - 'outcome' then return new; end if;
  end if;
  raise exception 'An entry of the audit log cannot be changed.' using errcode = 'restrict_violation';
end
$function$;
