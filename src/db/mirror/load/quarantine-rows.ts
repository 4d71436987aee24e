import type pg from 'pg';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import { modifiedTimeColumn, qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror-module';
import { MISFITS } from './quarantine-cells';
import type { StagingLayout } from './staged-column';
import { STAGING } from './staging';
import { ROW_TOO_WIDE } from './wide-rows';
import { isSpelled } from './zoho-spelling';

/** Whether an ignored record is as it was; one without a time of modification is if its row is. */
const STAYS_IGNORED = `q.status = 'ignored' and case when excluded.zoho_time is null
  then q.raw_data is not distinct from excluded.raw_data else q.zoho_time is not distinct from excluded.zoho_time end`;

interface ReadOf {
  sessionId: string;
  /** Zoho's time when the read began. */
  asOf: Date;
}

/**
 * Puts the rows that a tolerant load removed into quarantine, unless the mirror holds a version that is newer, or the
 * record was deleted since it was read. To be called after the merge, under the module's lock.
 * @returns how many records were set aside
 */
export async function openQuarantine(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  { sessionId, asOf }: ReadOf,
): Promise<number> {
  const { modifiedTime } = layout;
  const time = modifiedTime === undefined ? 'null::text' : `data ->> ${quoteLiteral(modifiedTime)}`;
  const column = modifiedTimeColumn(mirror.fields);
  const isNewer = column === undefined ? 'false' : `m.${quoteIdentifier(column)} > r.zoho_time`;
  const opened = await client.query(
    `insert into sync.quarantine as q (connection_id, module_name, record_id, field, reason, fields, raw_data, zoho_time,
       read_at, first_session_id, session_id, next_retry_at)
     select $1, $2, r.record_id, r.fields #>> '{0,field}', r.fields #>> '{0,reason}', r.fields, r.data, r.zoho_time,
       $3, $4, $4, now() + interval '1 hour'
     from (
       select distinct on (record_id) record_id, fields, data, zoho_time
       from (
         select record_id, row, fields, data,
           case when ${isSpelled(`(${time})`, 'timestamptz', false)} then (${time})::timestamptz end as zoho_time
         from (
           select row, min(record_id) as record_id, (array_agg(data))[1] as data,
             jsonb_agg(jsonb_build_object('field', field, 'type', type,
               'code', case type when '${ROW_TOO_WIDE}' then 'ROW_TOO_WIDE' else 'VALUE_DOES_NOT_FIT' end,
               'reason', case type when '${ROW_TOO_WIDE}'
                 then 'The values of all fields together are wider than a row of PostgreSQL can be.'
                 else format('The value does not fit %s.', type) end) order by field) as fields
           from ${MISFITS} where record_id is not null group by row
         ) cells
       ) timed
       order by record_id, zoho_time desc nulls last, row desc
     ) r
     left join ${qualifiedTable(mirror)} m on m.id = r.record_id
     where not coalesce(m.${SYNCED_AT} >= $3 and ${isNewer}, false)
       and not exists (
         select from sync.tombstones t
         where t.connection_id = $1 and t.module_name = $2 and t.record_id = r.record_id and t.deleted_at >= $3)
     on conflict (connection_id, module_name, record_id) do update set
       status = case when ${STAYS_IGNORED} then 'ignored' else 'open' end,
       field = excluded.field, reason = excluded.reason, fields = excluded.fields, raw_data = excluded.raw_data,
       zoho_time = excluded.zoho_time, read_at = excluded.read_at, session_id = excluded.session_id,
       attempts = q.attempts + (q.session_id is distinct from excluded.session_id)::int,
       next_retry_at = case when not (${STAYS_IGNORED}) then
         now() + least(interval '1 day', interval '1 hour' * 2 ^ least(q.attempts, 5)) end,
       opened_at = case when q.status = 'open' or ${STAYS_IGNORED} then q.opened_at else now() end, closed_at = null, closed_by = null
     where q.read_at <= excluded.read_at or q.zoho_time < excluded.zoho_time`,
    [mirror.connectionId, mirror.key, asOf, sessionId],
  );
  return opened.rowCount ?? 0;
}

/**
 * Closes the quarantine of records that the mirror now holds in a version at least as new. Belongs into the transaction
 * that brings them.
 * @param loaded where the rows of the chunk are: staged, or copied into the mirror itself
 */
export async function closeQuarantine(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  asOf: Date,
  loaded: 'staged' | 'copied',
): Promise<void> {
  const key = [mirror.connectionId, mirror.key];
  const any = await client.query(
    `select from sync.quarantine where connection_id = $1 and module_name = $2 and status <> 'closed' limit 1`,
    key,
  );
  if (any.rowCount === 0) return;
  const table = qualifiedTable(mirror);
  const modified = layout.modifiedTime && `s.${quoteIdentifier(layout.modifiedTime)}`;
  const isNewer = modified ? `${modified} > q.zoho_time` : 'false';
  const isOlder = modified ? `${modified} < q.zoho_time` : 'false';
  await client.query(
    `update sync.quarantine q
     set status = 'closed', closed_at = now(), closed_by = 'merge', next_retry_at = null
     from ${loaded === 'staged' ? STAGING : table} s
     where q.connection_id = $1 and q.module_name = $2 and q.status <> 'closed' and q.record_id = s.id
       and (${isNewer} or q.read_at <= $3 and not coalesce(${isOlder}, false))
       ${loaded === 'staged' ? `and exists (select from ${table} m where m.id = s.id)` : `and s.${SYNCED_AT} = $3`}
       -- What did not fit must be among what was read, as far as the mirror still has a column for it.
       and not exists (
         select from jsonb_array_elements(q.fields) as cell
         join pg_attribute a on a.attrelid = ${quoteLiteral(table)}::regclass and a.attname = cell ->> 'field'
           and not a.attisdropped
         where not cell ->> 'field' = any ($4))`,
    [...key, asOf, layout.columns.map(({ name }) => name)],
  );
}
