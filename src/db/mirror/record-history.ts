import type { Knex } from 'knex';

/** Place in the history of a record: the row before the next page. */
export interface HistoryPosition {
  /** PostgreSQL's text of the time, to the microsecond. */
  at: string;
  /** 0 of the entry that stands for the first load, which comes last. */
  id: string;
}

export interface HistoryRow extends HistoryPosition {
  /** JSON of the entry, with every digit of its numbers. */
  entry: string;
}

/** A record of a mirror. */
export interface HistoryOf {
  connectionId: string;
  /** Key of the module. */
  key: string;
  recordId: string;
}

const OF_RECORD = `h.mirror_id = (select id from sync.mirrors where connection_id = :connectionId and key = :key)
  and h.record_id = :recordId::bigint`;
/** Ids of a field, of those that had the name before it, too, whatever they are called now. */
const FIELD_IDS = `array(select f.field_id::text from sync.module_fields f
  where f.connection_id = :connectionId and f.module_name = :key
    and lower(:field::text) in (select lower(name) from unnest(f.former_api_names || f.api_name) name))`;
const CHANGES = `coalesce((
    select jsonb_agg(jsonb_build_object('field', coalesce(f.api_name, c.key), 'fieldId', c.key) || c.value
      order by f.ordinal, c.key)
    from jsonb_each(h.changes) c
    left join sync.module_fields f
      on f.connection_id = :connectionId and f.module_name = :key and f.field_id = c.key::bigint
    where :field::text is null or c.key = any(${FIELD_IDS})), '[]')`;

/**
 * Lists what became of a record, the latest first. The first load, which writes no history, comes last as `loaded`:
 * the first full sync that brought rows, where it is still known.
 * @param record `field`: API name of a field; entries without changes come in any case. `isMirrored`: the mirror has it
 * @param page `after`: only what is older than this place
 */
export async function listRecordHistory(
  knex: Knex,
  { isMirrored, field, ...record }: HistoryOf & { isMirrored: boolean; field?: string | undefined },
  { limit, after }: { limit: number; after?: HistoryPosition },
): Promise<HistoryRow[]> {
  if (after?.id === '0') return [];
  const answer = await knex.raw<{ rows: HistoryRow[] }>(
    `select h.at::text as at, h.id, jsonb_build_object('at', h.at, 'event', h.event, 'direction', h.direction,
         'actor', h.actor, 'reason', h.reason, 'zohoTime', h.crm_modified_time,
         'session', case when h.session_id is not null then
           jsonb_build_object('id', h.session_id, 'type', s.session_type) end,
         'valuesKept', coalesce(h.event = 'deleted' and t.row_data is not null, false), 'changes', ${CHANGES})::text as entry
     from sync.record_history h
     left join sync.crm_sync_sessions s on s.id = h.session_id
     left join sync.tombstones t on t.connection_id = :connectionId and t.module_name = :key
       and t.record_id = h.record_id and t.session_id = h.session_id
     where ${OF_RECORD} and (:field::text is null or h.changes is null or jsonb_exists_any(h.changes, ${FIELD_IDS}))
       and (:at::timestamptz is null or (h.at, h.id) < (:at::timestamptz, :id::bigint))
     order by h.at desc, h.id desc limit :limit`,
    { ...record, field: field ?? null, at: after?.at ?? null, id: after?.id ?? null, limit },
  );
  if (answer.rows.length === limit) return answer.rows;
  return [...answer.rows, ...(await findFirstLoad(knex, record, isMirrored))];
}

/** @returns nothing of a record that came later, or that was never there */
async function findFirstLoad(knex: Knex, record: HistoryOf, isMirrored: boolean): Promise<HistoryRow[]> {
  const oldest = await knex.raw<{ rows: { event: string }[] }>(
    `select h.event from sync.record_history h where ${OF_RECORD} order by h.at, h.id limit 1`,
    { ...record },
  );
  const event = oldest.rows[0]?.event;
  if (event === 'created' || event === 'restored' || (event === undefined && !isMirrored)) return [];
  const answer = await knex.raw<{ rows: HistoryRow[] }>(
    `select s.started_at::text as at, '0' as id, jsonb_build_object('at', s.started_at, 'event', 'loaded',
         'direction', 'from_crm', 'actor', null, 'reason', 'sync', 'zohoTime', null,
         'session', jsonb_build_object('id', s.id, 'type', s.session_type), 'valuesKept', false,
         'changes', '[]'::jsonb)::text as entry
     from sync.crm_sync_sessions s
     where s.connection_id = :connectionId and s.module_name = :key and s.session_type = 'full_sync'
       and exists (select from sync.session_chunks c where c.session_id = s.id and c.rows_created > 0)
     order by s.id limit 1`,
    { connectionId: record.connectionId, key: record.key },
  );
  return answer.rows;
}
