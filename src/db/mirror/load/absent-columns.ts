import type pg from 'pg';
import { quoteIdentifier } from '../identifiers';
import type { MirrorModule } from '../mirror-module';
import { ABSENT_COLUMN, type StagingLayout } from './staged-column';
import { STAGING } from './staging';

/**
 * Leaves the columns out of a layout that the staged records lack: a key that Zoho leaves out says nothing about the
 * value. Columns that only some records lack are kept, with the condition by which a merge tells those records.
 *
 * @param absent columns that all records of a binary source lack; text rows say so themselves
 * @returns the columns to assign, with the API names of the fields that were not read for every record
 */
export async function withoutAbsent(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  absent?: ReadonlySet<string>,
): Promise<StagingLayout> {
  if (!layout.sourceColumns.includes(ABSENT_COLUMN)) return layout;
  const { lacking, rows } = absent ? { lacking: countAll(absent), rows: 1 } : await countAbsent(client, layout);
  if (lacking.size === 0) return layout;
  const isInAll = (name: string | undefined): boolean => name !== undefined && lacking.get(name) === rows;
  const columns = layout.columns
    .filter(({ name }) => !isInAll(name))
    .map((column) =>
      lacking.has(column.name)
        ? {
            ...column,
            keepsMirrored: `substr(s.${ABSENT_COLUMN}, ${layout.sourceColumns.indexOf(column.name) + 1}, 1) = '1'`,
          }
        : column,
    );
  const unread = mirror.fields.filter(({ column }) => lacking.has(column)).map(({ apiName }) => apiName);
  return {
    ...layout,
    columns,
    unread,
    modifiedTime: isInAll(layout.modifiedTime) ? undefined : layout.modifiedTime,
  };
}

function countAll(absent: ReadonlySet<string>): Map<string, number> {
  return new Map([...absent].map((name) => [name, 1]));
}

/** Counts the staged records, and those that lack each column. */
async function countAbsent(
  client: pg.Client,
  layout: StagingLayout,
): Promise<{ lacking: Map<string, number>; rows: number }> {
  const lacking = new Map<string, number>();
  let rows = 0;
  const found = await client.query<{ absent: string | null; count: string }>(
    `select ${quoteIdentifier(ABSENT_COLUMN)} as absent, count(*) as count from ${STAGING} group by 1`,
  );
  for (const { absent, count } of found.rows) {
    rows += Number(count);
    layout.sourceColumns.forEach((name, index) => {
      if (name !== undefined && absent?.[index] === '1') lacking.set(name, (lacking.get(name) ?? 0) + Number(count));
    });
  }
  return { lacking, rows };
}

/**
 * Notes the fields that a chunk did not read: the next full sync compares them by value. The log of the session names
 * each once.
 */
export async function noteUnread(
  client: pg.Client,
  mirror: MirrorModule,
  { unread }: StagingLayout,
  chunk: { sessionId: string; sequence: number },
): Promise<void> {
  if (unread.length === 0) return;
  await client.query(
    `update sync.module_fields set filled = false, unfilled_since = clock_timestamp(), updated_at = now()
     where connection_id = $1 and module_name = $2 and api_name = any($3) and filled`,
    [mirror.connectionId, mirror.key, unread],
  );
  await client.query(
    `insert into sync.sync_status_logs (connection_id, session_id, sequence, position, log_level, component, message,
       error_code)
     select $1, $2, $3, $4::int + row_number() over (order by field), 'WARNING', 'fields',
       format('Zoho left out %s, which was asked for; the mirror keeps the values it has.', field), 'FIELD_NOT_READ'
     from unnest($5::text[]) as field
     where not exists (
       select from sync.session_chunks c where c.session_id = $2 and field = any(c.unread_fields))
     on conflict (session_id, sequence, position) do nothing`,
    [mirror.connectionId, chunk.sessionId, chunk.sequence, FIRST_POSITION, unread],
  );
}

/** Positions behind those of rows that the log names. */
const FIRST_POSITION = 1_000;
