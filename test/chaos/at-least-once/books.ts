import type { Org } from '../../support/org';

/** The runs of an org, with the place of each among them: it is what plays have in common. */
const RUNS = `
  select id, row_number() over (order by id) as place from (
    select id from sync.crm_sync_sessions where connection_id = :org
    union all select id from sync.bulk_operations where connection_id = :org) as every`;
/** The place of the run that `run_id` names. */
const RUN = `(select place from (${RUNS}) as run where run.id = run_id)`;

/**
 * Everything that the engine knows of an org and that does not depend on the time of day: for each table a query of its
 * rows, where `:org` is the connection.
 */
const BOOKS: Readonly<Record<string, string>> = {
  sessions: `
    select module_name, session_type, status, phase, read_path, error_message, total_records, processed_records,
      successful_records, failed_records, skipped_records, result #- '{findings,valuesComparedAt}' as result
    from sync.crm_sync_sessions where connection_id = :org order by id`,
  operations: `
    select kind, status, phase, error_message, total_records, processed_records, successful_records, failed_records,
      result, callback_state
    from sync.bulk_operations where connection_id = :org order by id`,
  items: `
    select i.position, i.module_name, i.status, i.record_id, i.errors
    from sync.bulk_operation_items i join sync.bulk_operations o on o.id = i.operation_id
    where o.connection_id = :org order by o.id, i.position`,
  jobs: `
    select ${RUN} as run, kind, page, state, details - 'fileId' - 'orders' as details
    from (select *, session_id as run_id from sync.bulk_jobs) as job where connection_id = :org order by 1, 2, 3`,
  chunks: `
    select ${RUN} as run, chunk_number, kind, rows_read, rows_created, rows_updated, rows_unchanged, rows_failed,
      min_id, max_id, seen_ids
    from (select chunk.*, session_id as run_id from sync.session_chunks chunk
      join sync.crm_sync_sessions session on session.id = session_id where session.connection_id = :org) as chunk
    order by 1, 2`,
  records: `
    select ${RUN} as run, module_name, crm_record_id, action_taken
    from (select *, session_id as run_id from sync.record_sync_statuses) as record where connection_id = :org
    order by 1, 2, 3, 4`,
  log: `
    select ${RUN} as run, log_level, message
    from (select *, coalesce(session_id, operation_id) as run_id from sync.sync_status_logs) as line
    where connection_id = :org order by 1, sequence, position`,
  tombstones: `
    select module_name, record_id, reason, row_data - 'modified_time' as row_data
    from sync.tombstones where connection_id = :org order by 1, 2`,
  history: `
    select ${RUN} as run, record_id, event, actor, changes, reason
    from (select *, session_id as run_id from sync.record_history) as row where connection_id = :org
    order by 1, 2, 3, changes::text`,
  quarantine: `
    select module_name, record_id, status, field, reason, attempts, closed_by
    from sync.quarantine where connection_id = :org order by 1, 2`,
  differences: `
    select ${RUN} as run, record_id, kind, fields, state
    from (select *, session_id as run_id from sync.differences) as difference
    where mirror_id in (select id from sync.mirrors where connection_id = :org) order by 1, 2`,
  verifications: `
    select ${RUN} as run, depth, repairs, rows_compared, missing, stale, extra, silent, values, explained, repaired, held, failed
    from (select *, session_id as run_id from sync.verifications) as verification
    where mirror_id in (select id from sync.mirrors where connection_id = :org) order by 1`,
  doubts: `select module_name, record_id from sync.doubtful_records where connection_id = :org order by 1, 2`,
  fields: `
    select module_name, api_name, column_name, column_type, status, bulk_readable, filled
    from sync.module_fields where connection_id = :org order by 1, 2`,
  watermarks: `
    select module_name, ${RUN} as run
    from (select *, session_id as run_id from sync.watermarks) as mark where connection_id = :org order by 1`,
  approvals: `
    select a.kind, a.state, a.shown, encode(a.shown_hash, 'hex') as hash, a.removed, a.version
    from sync.approvals a join sync.mirrors m on m.id = a.mirror_id where m.connection_id = :org order by a.asked_at`,
  held: `
    select m.key, h.record_id from sync.held_removals h join sync.mirrors m on m.id = h.mirror_id
    where m.connection_id = :org order by 1, 2`,
  waits: `select activity_type, message from sync.run_waits`,
  audit: `
    select place as run, actor, action, outcome
    from sync.audit_log entry join (${RUNS}) as run on run.id::text = (regexp_match(coalesce(details ->> 'run', target), '[^/]+$'))[1]
    order by 1, entry.id`,
  alerts: `
    select kind, severity, closed_at is null as open from sync.alerts where connection_id = :org order by id`,
  prices: `
    select operation, min_credits, max_credits from sync.credit_costs where connection_id = :org order by 1`,
};

/** State of an org after a play: the rows of the engine's books, and what was done at Zoho. */
export type Books = Readonly<Record<string, readonly string[]>>;

/** Calls that begin or write something at Zoho, and no reads of it. */
const EFFECTS = ['createBulkRead', 'uploadFile', 'createBulkWrite', 'massUpdate'];

/** Reads all books of an org. Lines are text, so that a difference shows itself in one. */
export async function booksOf(org: Org): Promise<Books> {
  const books: Record<string, readonly string[]> = {};
  for (const [name, sql] of Object.entries(BOOKS)) {
    const answer = await org.engine.knex.raw<{ rows: object[] }>(sql, { org: org.connectionId });
    books[name] = answer.rows.map((row) => timeless(JSON.stringify(row)));
  }
  const { automations, modules } = org.zoho.state();
  books['effects at Zoho'] = [
    ...EFFECTS.map((operation) => `${operation}: ${org.calls(operation)}`),
    ...Object.entries({ automations, modules }).map(([name, counts]) => `${name}: ${JSON.stringify(counts)}`),
  ];
  return books;
}

/**
 * A line without what differs from play to play: times, credits, the ids that Zoho and the engine give to jobs, and that a
 * grant which was given up is not asked again.
 */
function timeless(line: string): string {
  return (
    line
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(Z|[+-]\d\d:?\d\d)?/g, '<time>')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
      .replaceAll('refresh_token: Zoho is not asked again: ', '')
      .replaceAll(/about [\d.]+ s/g, 'about <seconds>')
      // A call that is made twice costs twice.
      .replaceAll(/"credits":\d+|\d+ credits/g, '<credits>')
      .replaceAll(/(?<=[Jj]ob )\d+/g, '<job>')
      .replaceAll(/(?<="runningJobs":\[)"\d+"/g, '<job>')
      .replaceAll(/127\.0\.0\.1:\d+/g, '<address>')
  );
}

/** Calls to Zoho's accounts server, which cost nothing and are in no ledger. */
const FREE_CALLS = ['authorize', 'token', 'revokeToken', 'serverInfo'];

interface Spending {
  calls: number;
  credits: number;
}

/**
 * Calls and credits that an org was charged for, by the engine's ledger and by Zoho's own count. The ledger's prices are
 * the higher ones: that of asking for a job is disputed.
 */
export async function spendingOf(org: Org): Promise<{ ledger: Spending; zoho: Spending }> {
  const [ledger] = await org.engine.query<{ calls: string; credits: string }>(
    `select coalesce(sum(calls), 0) as calls, coalesce(sum(credits), 0) as credits from sync.api_ledger
     where connection_id = ?`,
    [org.connectionId],
  );
  return {
    ledger: { calls: Number(ledger?.calls), credits: Number(ledger?.credits) },
    zoho: {
      calls: FREE_CALLS.reduce((calls, name) => calls - org.calls(name), org.calls()),
      credits: org.zoho.calls().credits.used,
    },
  };
}

/** Modules of which an org has a mirror, by Zoho's names. */
export async function mirroredModules(org: Org): Promise<string[]> {
  const mirrors = await org.engine.query<{ api_name: string }>(
    'select api_name from sync.mirrors where connection_id = ? and table_made_at is not null order by 1',
    [org.connectionId],
  );
  return mirrors.map(({ api_name: name }) => name);
}
