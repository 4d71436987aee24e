import { quoteIdentifier, quoteLiteral, type Parameters } from '../identifiers';
import { qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror-module';
import { TIE } from './merge-rule';
import { assignedValue, type StagedColumn, type StagingLayout } from './staged-column';
import { STAGING } from './staging';

/** Differences of a session that are kept record by record. */
const MAX_DIFFERENCES = 100_000;

const NO_TIME = 'null::timestamptz';

/** Terms by which a comparison judges. */
export interface ComparisonTerms {
  /** Zoho's time up to which the mirror promised to be right; null if it promised nothing. */
  promisedUntil: Date | null;
  /** Whether what differs is written into the mirror. */
  repairs: boolean;
}

interface Judged {
  sessionId: string;
  asOf: Date;
  terms: ComparisonTerms;
  /** SQL of the mirror rows `m` that staged ones may have. */
  range: string;
}

/**
 * The statement that notes what a chunk's `decided` rows have found, before they are written. A row has drifted if it
 * breaks a promise: the mirror had to have it by its watermark, and had read it before Zoho was asked now. Anything else
 * has changed meanwhile, and is explained. The last word on a row in doubt is that of its answer, see
 * `settleDifferences`.
 */
export function noteDifferences(
  mirror: MirrorModule,
  layout: StagingLayout,
  { sessionId, asOf, terms, range }: Judged,
  parameters: Parameters,
): { text: string; values: unknown[] } {
  const [connection, key] = [parameters.add(mirror.connectionId, 'uuid'), parameters.add(mirror.key, 'text')];
  const [session, began] = [parameters.add(sessionId, 'uuid'), parameters.add(asOf, 'timestamptz')];
  const promised = parameters.add(terms.promisedUntil, 'timestamptz');
  const time = layout.modifiedTime && quoteIdentifier(layout.modifiedTime);
  const [zohoTime, mirrorTime] = time ? [`s.${time}`, `m.${time}`] : [NO_TIME, NO_TIME];
  const { values, silent } = differingFields(mirror, layout);
  const text = `insert into sync.differences as d
      (session_id, mirror_id, record_id, kind, zoho_time, mirror_time, fields, state, settled_at)
    select ${session}, (select id from sync.mirrors where connection_id = ${connection} and key = ${key}), id, kind,
      zoho_time, mirror_time, fields, state, case when state <> 'found' then clock_timestamp() end
    from (
      select *, case
        when kind <> 'silent' and (is_quarantined or not coalesce(case kind
          when 'missing' then zoho_time <= ${promised} and not is_buried
          when 'stale' then case when zoho_time > mirror_time then zoho_time <= ${promised} else is_earlier end
          when 'value' then is_earlier and (mirror_time <= ${promised} or not is_tied)
        end, false)) then 'explained'
        when ${terms.repairs} and decision <> 'doubt' then 'repaired'
        else 'found' end as state
      from (
        select c.id, c.decision, ${zohoTime} as zoho_time, ${mirrorTime} as mirror_time,
          m.${SYNCED_AT} < ${began} as is_earlier, m.${SYNCED_AT} <= ${mirrorTime} + ${TIE} as is_tied,
          case when m.id is null then 'missing' when ${zohoTime} is distinct from ${mirrorTime} then 'stale'
            when ${values} <> '{}' then 'value' else 'silent' end as kind,
          case when m.id is null then '{}' else ${values} || ${silent} end as fields,
          exists (select from sync.tombstones t
            where t.connection_id = ${connection} and t.module_name = ${key} and t.record_id = c.id
              and (t.reason in ('recycle', 'permanent') or t.deleted_at >= ${began})) as is_buried,
          exists (select from sync.quarantine q
            where q.connection_id = ${connection} and q.module_name = ${key} and q.record_id = c.id
              and q.status <> 'closed') as is_quarantined
        from decided c join ${STAGING} s on s.id = c.id left join ${qualifiedTable(mirror)} m on m.id = c.id and ${range}
        where c.decision in ('insert', 'update', 'doubt')
        limit greatest(0, ${MAX_DIFFERENCES} - (select count(*) from sync.differences where session_id = ${session}))
      ) compared
    ) judged
    on conflict (session_id, record_id) do update set kind = excluded.kind, zoho_time = excluded.zoho_time,
      mirror_time = excluded.mirror_time, fields = excluded.fields, state = excluded.state,
      settled_at = excluded.settled_at
    where d.state = 'found'`;
  return { text, values: parameters.values };
}

/**
 * SQL of the API names of the fields that differ: those whose values belong to the version of a row, and those that
 * change without it, names of lookups among them.
 */
function differingFields(mirror: MirrorModule, layout: StagingLayout): { values: string; silent: string } {
  const staged = new Map(layout.columns.map((column) => [column.name, column]));
  const values: string[] = [];
  const silent: string[] = [];
  for (const { apiName, column, nameColumn } of mirror.fields) {
    const value = staged.get(column);
    const named = nameColumn === undefined ? undefined : staged.get(nameColumn);
    const name = named?.isNamedElsewhere ? undefined : named;
    const isSilent = value?.changesWithoutModifiedTime === true || value?.isUnfilled === true;
    if (value && column !== layout.modifiedTime) (isSilent ? silent : values).push(nameIf(apiName, differs(value)));
    if (name) silent.push(nameIf(apiName, value ? `not ${differs(value)} and ${differs(name)}` : differs(name)));
  }
  return { values: arrayOf(values), silent: arrayOf(silent) };
}

function differs(column: StagedColumn): string {
  return `(m.${quoteIdentifier(column.name)} is distinct from ${assignedValue(column)})`;
}

function nameIf(apiName: string, condition: string): string {
  return `case when ${condition} then ${quoteLiteral(apiName)} end`;
}

function arrayOf(names: readonly string[]): string {
  return `array_remove(array[${names.join(', ')}]::text[], null)`;
}
