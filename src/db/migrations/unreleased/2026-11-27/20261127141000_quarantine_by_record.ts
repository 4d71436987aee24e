import type { Knex } from 'knex';

/**
 * Quarantine as a state of a record: one row each, whichever sessions met it. Of the entries of earlier sessions the
 * newest of each record stays, due at once: the next session asks Zoho for it and closes what fits by now. Entries
 * without an id named no record that could be asked for or closed, and are dropped.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.quarantine rename to quarantine_by_session;
    alter index sync.quarantine_open rename to quarantine_by_session_open;
    alter table sync.quarantine_by_session rename constraint quarantine_pkey to quarantine_by_session_pkey;

    create table sync.quarantine (
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      record_id bigint not null,
      -- Open while the mirror holds no version that is at least as new. Ignored: counted, but no longer retried.
      status text not null default 'open' check (status in ('open', 'closed', 'ignored')),
      -- The first of the columns that refuse a value, and why.
      field text not null,
      reason text not null,
      -- All of them: [{"field": .., "type": .., "reason": .., "code": ..}]; the type is the column's at that time.
      fields jsonb not null,
      raw_data jsonb,
      -- Modified_Time of the version that does not fit; null if it has none that can be read.
      zoho_time timestamptz,
      -- Zoho's time when the read of it began.
      read_at timestamptz not null,
      first_session_id uuid,
      -- The session that met it last.
      session_id uuid,
      attempts integer not null default 1,
      next_retry_at timestamptz,
      opened_at timestamptz not null default now(),
      closed_at timestamptz,
      closed_by text check (closed_by in ('merge', 'delete')),
      primary key (connection_id, module_name, record_id)
    );
    create index quarantine_not_closed on sync.quarantine (connection_id, module_name, record_id)
      where status <> 'closed';

    with latest as (
      select distinct on (connection_id, module_name, record_id) connection_id, module_name, record_id, session_id,
        chunk_number, raw_data, status, created_at
      from sync.quarantine_by_session where record_id is not null
      order by connection_id, module_name, record_id, id desc
    ), entries as (
      select l.*, (
        select jsonb_agg(jsonb_build_object('field', coalesce(o.field, ''), 'reason', o.reason,
          'code', coalesce(o.error_code, 'VALUE_DOES_NOT_FIT')) order by o.field)
        from sync.quarantine_by_session o
        where o.connection_id = l.connection_id and o.module_name = l.module_name and o.record_id = l.record_id
          and o.session_id is not distinct from l.session_id and o.chunk_number is not distinct from l.chunk_number
      ) as fields, (
        select count(distinct o.session_id) from sync.quarantine_by_session o
        where o.connection_id = l.connection_id and o.module_name = l.module_name and o.record_id = l.record_id
      ) as sessions, (
        select o.session_id from sync.quarantine_by_session o
        where o.connection_id = l.connection_id and o.module_name = l.module_name and o.record_id = l.record_id
        order by o.id limit 1
      ) as first_session_id
      from latest l
    )
    insert into sync.quarantine (connection_id, module_name, record_id, status, field, reason, fields, raw_data,
      zoho_time, read_at, first_session_id, session_id, attempts, next_retry_at, opened_at, closed_at, closed_by)
    select connection_id, module_name, record_id,
      case status when 'resolved' then 'closed' when 'ignored' then 'ignored' else 'open' end,
      fields #>> '{0,field}', fields #>> '{0,reason}', fields, raw_data,
      case when pg_input_is_valid(raw_data ->> 'modified_time', 'timestamptz')
        then (raw_data ->> 'modified_time')::timestamptz end,
      created_at, first_session_id, session_id, greatest(sessions, 1),
      case when status in ('resolved', 'ignored') then null else now() end, created_at,
      case when status = 'resolved' then now() end, case when status = 'resolved' then 'merge' end
    from entries;

    drop table sync.quarantine_by_session;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.quarantine rename to quarantine_by_record;
    alter table sync.quarantine_by_record rename constraint quarantine_pkey to quarantine_by_record_pkey;

    create table sync.quarantine (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      record_id bigint,
      session_id uuid,
      chunk_number integer,
      field text,
      reason text not null,
      error_code text,
      raw_data jsonb,
      status text not null default 'open' check (status in ('open', 'retried', 'resolved', 'ignored')),
      attempts integer not null default 0,
      created_at timestamptz not null default now(),
      resolved_at timestamptz,
      unique nulls not distinct (session_id, chunk_number, record_id, field)
    );
    create index quarantine_open on sync.quarantine (connection_id, module_name, id) where status = 'open';

    insert into sync.quarantine (connection_id, module_name, record_id, session_id, field, reason, error_code, raw_data,
      status, created_at, resolved_at)
    select q.connection_id, q.module_name, q.record_id, q.session_id, f.entry ->> 'field', f.entry ->> 'reason',
      f.entry ->> 'code', q.raw_data, case q.status when 'closed' then 'resolved' else q.status end, q.opened_at,
      q.closed_at
    from sync.quarantine_by_record q cross join lateral jsonb_array_elements(q.fields) as f (entry);

    drop table sync.quarantine_by_record;
  `);
}
