import type { Knex } from 'knex';

/** Entries of the audit log can be added, and settled once; not changed and not deleted. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function sync.keep_audit_entries() returns trigger
    language plpgsql set search_path to pg_catalog, pg_temp as $function$
    begin
      if tg_op = 'UPDATE' and (new.outcome is not distinct from old.outcome or old.outcome = 'pending') then
        new.outcome := coalesce(new.outcome, old.outcome);
        if to_jsonb(new) - 'outcome' = to_jsonb(old) - 'outcome' then return new; end if;
      end if;
      raise exception 'An entry of the audit log cannot be changed.' using errcode = 'restrict_violation';
    end
    $function$;

    create trigger audit_entries_stay before update or delete on sync.audit_log
      for each row execute function sync.keep_audit_entries();
    create trigger audit_log_stays before truncate on sync.audit_log
      for each statement execute function sync.keep_audit_entries();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger audit_entries_stay on sync.audit_log;
    drop trigger audit_log_stays on sync.audit_log;
    drop function sync.keep_audit_entries();
  `);
}
