import { quoteIdentifier, quoteLiteral, type Parameters } from '../identifiers';
import { modifiedTimeColumn, SYNCED_AT, type MirrorModule } from '../mirror-module';
import { TIE } from './merge-rule';

/** Changed rows of a session that the history keeps values of; of others it names the fields. */
const HISTORY_ROWS_PER_SESSION = 200_000;
const SHORTENED = 'More than 200,000 rows changed: the history names the fields of the others, without their values.';
/** Position of that line in the log, behind those of fields. */
const LOG_POSITION = 10_000;

const MODIFIED_BY_FIELD = 'Modified_By';

/** SQL of the identity that the history knows a mirror by. */
function mirrorId({ connectionId, key }: MirrorModule, parameters: Parameters): string {
  return `(select id from sync.mirrors where connection_id = ${parameters.add(connectionId, 'uuid')}
    and key = ${parameters.add(key, 'text')})`;
}

/** SQL of what led a session to write. */
function causeOf(session: string): string {
  return `(select case session_type when 'webhook_update' then 'notified' when 'manual_refresh' then 'manual'
      when 'verification' then 'verify' else 'sync' end
    from sync.crm_sync_sessions where id = ${session})`;
}

/** SQL of who changed a row `m` last, by Zoho. */
function modifiedBy({ fields }: MirrorModule): string {
  const field = fields.find(({ apiName }) => apiName === MODIFIED_BY_FIELD);
  if (!field) return 'null::text';
  const id = `m.${quoteIdentifier(field.column)}::text`;
  return field.nameColumn ? `coalesce(m.${quoteIdentifier(field.nameColumn)}, ${id})` : id;
}

function modifiedTime({ fields }: MirrorModule, row: 'm' | 'old'): string {
  const column = modifiedTimeColumn(fields);
  return column ? `${row}.${quoteIdentifier(column)}` : 'null::timestamptz';
}

/**
 * SQL of the fields that differ between the rows `old` and `m`, and how. A lookup is what it points to: its name is a
 * value of that record, and has its history there.
 */
function changedFields({ fields }: MirrorModule, assigned: ReadonlySet<string>): string {
  const changes = fields
    .filter(({ column, isVolatile }) => assigned.has(column) && !isVolatile)
    .map(({ fieldId, column, nameColumn, type }) => {
      const [name, label] = [quoteIdentifier(column), nameColumn && quoteIdentifier(nameColumn)];
      const value = (row: 'old' | 'm'): string =>
        label
          ? `case when ${row}.${name} is not null then jsonb_build_object('id', ${row}.${name}::text, 'name', ${row}.${label}) end`
          : `${row}.${name}${type === 'bigint' ? '::text' : ''}`;
      return `${quoteLiteral(fieldId)}: case when old.${name} is distinct from m.${name}
        then jsonb_build_object('from', ${value('old')}, 'to', ${value('m')}) end`;
    });
  return changes.length === 0 ? `'{}'::jsonb` : `json_object(${changes.join(', ')} absent on null returning jsonb)`;
}

/** Columns that an update returns of its rows `m` and `old` for `changedRows`. */
export function changesOf(mirror: MirrorModule, assigned: ReadonlySet<string>): string {
  const time = modifiedTime(mirror, 'old');
  return `${changedFields(mirror, assigned)} as changes, ${modifiedBy(mirror)} as actor,
    ${modifiedTime(mirror, 'm')} as modified_time,
    coalesce(${modifiedTime(mirror, 'm')} = ${time} and old.${SYNCED_AT} > ${time} + ${TIE}, false) as is_silent`;
}

interface Work {
  sessionId: string;
  /** Log lines of the chunk are written under it. */
  sequence: number;
}

/**
 * Common table expressions that write the history of the rows of `merged`, which has what `changesOf` returns. The
 * values come with them up to a number of rows of the session, and the log says when it is reached.
 */
export function changedRows(mirror: MirrorModule, { sessionId, sequence }: Work, parameters: Parameters): string {
  const [session, connection] = [parameters.add(sessionId, 'uuid'), parameters.add(mirror.connectionId, 'uuid')];
  const limit = parameters.add(HISTORY_ROWS_PER_SESSION, 'bigint');
  return `earlier as materialized (
      select coalesce(sum(rows_updated), 0)::bigint as rows from sync.session_chunks where session_id = ${session}
    ), history as (
      insert into sync.record_history (connection_id, mirror_id, record_id, event, direction, actor, session_id,
        crm_modified_time, changes, reason)
      select ${connection}, ${mirrorId(mirror, parameters)}, id, 'changed', 'from_crm',
        case when not is_silent then actor end, ${session}, modified_time,
        case when earlier.rows + row_number() over () <= ${limit} then changes
          else (select jsonb_object_agg(field, '{}'::jsonb) from jsonb_object_keys(changes) as field) end,
        case when is_silent then 'silent' else ${causeOf(session)} end
      from merged cross join earlier where changes <> '{}'
    ), notice as (
      insert into sync.sync_status_logs (connection_id, session_id, sequence, position, log_level, component, message)
      select ${connection}, ${session}, ${parameters.add(sequence, 'bigint')}, ${LOG_POSITION}, 'WARNING', 'history',
        ${parameters.add(SHORTENED, 'text')}
      from earlier where rows <= ${limit} and rows + (select count(*) from merged) > ${limit}
      on conflict (session_id, sequence, position) do nothing
    )`;
}

/** Columns that an insert returns of its rows `m` for `createdRows`. */
export function creationOf(mirror: MirrorModule): string {
  return `${modifiedBy(mirror)} as actor, ${modifiedTime(mirror, 'm')} as modified_time`;
}

/** A common table expression that writes the history of the inserted rows of `merged`, while their tombstones are there. */
export function createdRows(mirror: MirrorModule, { sessionId }: Work, parameters: Parameters): string {
  const [session, connection] = [parameters.add(sessionId, 'uuid'), parameters.add(mirror.connectionId, 'uuid')];
  return `history as (
      insert into sync.record_history (connection_id, mirror_id, record_id, event, direction, actor, session_id,
        crm_modified_time, reason)
      select ${connection}, ${mirrorId(mirror, parameters)}, merged.id,
        case when t.record_id is null then 'created' else 'restored' end, 'from_crm', actor, ${session}, modified_time,
        ${causeOf(session)}
      from merged left join sync.tombstones t on t.connection_id = ${connection}
        and t.module_name = ${parameters.add(mirror.key, 'text')} and t.record_id = merged.id
    )`;
}
