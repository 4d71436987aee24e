import type pg from 'pg';
import { loadSequence } from '../../../domain/runs/chunk-numbers';
import { Parameters, quoteIdentifier } from '../identifiers';
import { mirrorLockKey, qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror-module';
import type { StagingLayout } from './staged-column';
import { STAGING } from './staging';

export interface MergeInstructions {
  sessionId: string;
  chunkNumber: number;
  /** Zoho's time when the read began: rows are at least this fresh. */
  asOf: Date;
  /**
   * Compare values even where `Modified_Time` is the same. For the small reads that settle ties within a second; a bulk
   * load trusts the time, but for rows that were last read in the very second they were modified.
   */
  compareValues: boolean;
  /** Write a record status for every row that is created or changed. */
  trackRecords: boolean;
}

export interface MergeCounts {
  read: number;
  created: number;
  updated: number;
  /** As the mirror has them already, or older than what it has, or deleted since they were read. */
  unchanged: number;
  minId: string | null;
  maxId: string | null;
}

/** A row's values are not trusted when it was read so soon after its `Modified_Time`, which has whole seconds. */
const TIE = `interval '2 seconds'`;
/** Up to this many rows the planner may look rows up one by one; above, only set-wise joins are sane. */
const SMALL = 5_000;
/** First position of the statuses of a chunk's updated rows: above those of the created ones. */
const UPDATED_POSITIONS = 1_000_000;

/**
 * Merges the staged rows into the mirror: changed rows are updated, missing ones inserted, unchanged ones left alone.
 * A row never replaces a newer one, and never brings back one that was deleted after it was read.
 *
 * Takes the module's lock until the transaction ends. Staged ids must be unique.
 */
export async function mergeStaged(
  client: pg.Client,
  mirror: MirrorModule,
  layout: StagingLayout,
  instructions: MergeInstructions,
): Promise<MergeCounts> {
  await lockMirror(client, mirror);
  const staged = await client.query<{ read: string; low: string | null; high: string | null }>(
    `select count(*) as read, min(id) as low, max(id) as high from ${STAGING}`,
  );
  const { read = '0', low = null, high = null } = staged.rows[0] ?? {};
  const counts = { read: Number(read), created: 0, updated: 0, minId: low, maxId: high };
  if (low === null || high === null) return { ...counts, unchanged: 0 };
  if (counts.read <= SMALL) await client.query(`analyze ${STAGING} (id)`);
  else await client.query(`set local enable_nestloop = off`);
  await client.query(`set local work_mem = '64MB'`);

  const statements = new MergeStatements(mirror, layout, instructions, {
    range: [low, high],
    users: await userNames(client, mirror, layout),
    fenced: await anyTombstoneSince(client, mirror, instructions.asOf),
  });
  const run = async (statement: Statement): Promise<number> =>
    (await client.query(statement.text, statement.values)).rowCount ?? 0;
  if ((await run(statements.anyInRange())) > 0) {
    await run(statements.classify());
    const found = await client.query<{ missing: boolean }>('select distinct missing from classified');
    if (found.rows.some((row) => !row.missing)) counts.updated = await run(statements.update());
    if (found.rows.some((row) => row.missing)) counts.created = await run(statements.insert('missing'));
  } else {
    counts.created = await run(statements.insert('all'));
  }
  await run(statements.forgetTombstones());
  return { ...counts, unchanged: counts.read - counts.created - counts.updated };
}

/** Names by user id, as JSON: looking a name up there is cheaper than a join, and no planner can get it wrong. */
async function userNames(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<string> {
  if (layout.userNames.length === 0) return '{}';
  const found = await client.query<{ names: string | null }>(
    `select jsonb_object_agg(id, full_name)::text as names from sync.crm_users
     where connection_id = $1 and full_name is not null`,
    [mirror.connectionId],
  );
  return found.rows[0]?.names ?? '{}';
}

/** Keeps every other writer of the module out until the transaction ends. */
async function lockMirror(client: pg.Client, mirror: MirrorModule): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [mirrorLockKey(mirror)]);
}

/** Shared with other loads that only insert: the primary key already excludes double inserts. */
export async function lockMirrorForInserts(client: pg.Client, mirror: MirrorModule): Promise<void> {
  await client.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [mirrorLockKey(mirror)]);
}

/** True if any row of the module was deleted after the read began: if not, no row of it needs to be checked. */
export async function anyTombstoneSince(client: pg.Client, mirror: MirrorModule, asOf: Date): Promise<boolean> {
  const found = await client.query(
    `select from sync.tombstones where connection_id = $1 and module_name = $2 and deleted_at >= $3 limit 1`,
    [mirror.connectionId, mirror.key, asOf],
  );
  return (found.rowCount ?? 0) > 0;
}

interface MergeContext {
  /** Lowest and highest staged id. */
  range: [string, string];
  /** JSON object: user id -> name. */
  users: string;
  /** Tombstones may keep staged rows out. */
  fenced: boolean;
}

interface Statement {
  text: string;
  values: unknown[];
}

/** The statements of one merge. Identifiers come from the mapping, quoted; values travel as parameters. */
class MergeStatements {
  readonly #table: string;
  readonly #range: string;
  readonly #mirror: MirrorModule;
  readonly #layout: StagingLayout;
  readonly #instructions: MergeInstructions;
  readonly #context: MergeContext;

  constructor(mirror: MirrorModule, layout: StagingLayout, instructions: MergeInstructions, context: MergeContext) {
    this.#mirror = mirror;
    this.#layout = layout;
    this.#instructions = instructions;
    this.#context = context;
    this.#table = qualifiedTable(mirror);
    const [low, high] = context.range;
    // Ids, and written out because a statement that creates a table takes no parameters.
    this.#range = `m.id between ${BigInt(low)} and ${BigInt(high)}`;
  }

  anyInRange(): Statement {
    return { text: `select from ${this.#table} m where ${this.#range} limit 1`, values: [] };
  }

  /** Finds the staged rows that the mirror lacks and those that may differ from it, reading as few columns as it can. */
  classify(): Statement {
    const { newer, suspect } = this.#freshness();
    return {
      text: `create temporary table classified on commit drop as
        select s.id, m.id is null as missing
        from ${STAGING} s left join ${this.#table} m on m.id = s.id and ${this.#range}
        where m.id is null or ${newer} or ${suspect}`,
      values: [],
    };
  }

  update(): Statement {
    const parameters = new Parameters();
    const columns = this.#layout.columns;
    const assignments = [
      ...columns.map(({ name, expression }) => `${quoteIdentifier(name)} = ${expression}`),
      // A user who has left Zoho's list keeps the name the mirror knows.
      ...this.#userColumns(parameters).map(
        ({ name, id, expression }) =>
          `${name} = coalesce(${expression}, case when m.${id} = s.${id}::bigint then m.${name} end)`,
      ),
      `${SYNCED_AT} = ${parameters.add(this.#instructions.asOf, 'timestamptz')}`,
    ];
    const { newer } = this.#freshness();
    const differs = `(${columns.map(({ name }) => `m.${quoteIdentifier(name)}`).join(', ')})
      is distinct from (${columns.map(({ expression }) => expression).join(', ')})`;
    return this.#tracked(
      'updated',
      `update ${this.#table} m set ${assignments.join(', ')}
       from classified c join ${STAGING} s on s.id = c.id
       where m.id = c.id and not c.missing and ${this.#range} and (${newer} or ${differs})`,
      parameters,
    );
  }

  insert(which: 'all' | 'missing'): Statement {
    const parameters = new Parameters();
    const targets = [
      { name: 'id', expression: 's.id' },
      ...this.#layout.columns.map(({ name, expression }) => ({ name: quoteIdentifier(name), expression })),
      ...this.#userColumns(parameters),
      { name: SYNCED_AT, expression: parameters.add(this.#instructions.asOf, 'timestamptz') },
    ];
    return this.#tracked(
      'created',
      `insert into ${this.#table} as m (${targets.map(({ name }) => name).join(', ')})
       select ${targets.map(({ expression }) => expression).join(', ')}
       from ${STAGING} s ${which === 'missing' ? 'join classified c on c.id = s.id and c.missing' : ''}
       ${this.#context.fenced ? this.#notDeletedSince(parameters) : ''}`,
      parameters,
    );
  }

  #notDeletedSince(parameters: Parameters): string {
    return `where not exists (
      select from sync.tombstones t
      where t.connection_id = ${parameters.add(this.#mirror.connectionId, 'uuid')}
        and t.module_name = ${parameters.add(this.#mirror.key, 'text')}
        and t.record_id = s.id and t.deleted_at >= ${parameters.add(this.#instructions.asOf, 'timestamptz')})`;
  }

  /** A row that was read after its delete has been restored. */
  forgetTombstones(): Statement {
    return {
      text: `delete from sync.tombstones
        where connection_id = $1 and module_name = $2 and deleted_at < $3
          and record_id in (select id from ${STAGING})`,
      values: [this.#mirror.connectionId, this.#mirror.key, this.#instructions.asOf],
    };
  }

  #userColumns(parameters: Parameters): { name: string; id: string; expression: string }[] {
    if (this.#layout.userNames.length === 0) return [];
    const users = parameters.add(this.#context.users, 'jsonb');
    return this.#layout.userNames.map(({ column, idColumn }) => ({
      name: quoteIdentifier(column),
      id: quoteIdentifier(idColumn),
      expression: `${users} ->> s.${quoteIdentifier(idColumn)}::text`,
    }));
  }

  /** Conditions under which a staged row is newer than the mirror's, and under which its values must be compared. */
  #freshness(): { newer: string; suspect: string } {
    if (!this.#layout.modifiedTime) return { newer: 'false', suspect: 'true' };
    const column = quoteIdentifier(this.#layout.modifiedTime);
    const same = `s.${column} = m.${column}`;
    const unknown = `s.${column} is null or m.${column} is null`;
    const untimed = this.#layout.columns
      .filter((candidate) => candidate.changesWithoutModifiedTime)
      .map((candidate) => `m.${quoteIdentifier(candidate.name)} is distinct from ${candidate.expression}`);
    const doubts = [`m.${SYNCED_AT} <= m.${column} + ${TIE}`, ...untimed];
    return {
      newer: `s.${column} > m.${column}`,
      suspect: this.#instructions.compareValues
        ? `${same} or ${unknown}`
        : `${same} and (${doubts.join(' or ')}) or ${unknown}`,
    };
  }

  /** Writes record statuses in the same statement. */
  #tracked(action: 'created' | 'updated', statement: string, parameters: Parameters): Statement {
    if (!this.#instructions.trackRecords) return { text: statement, values: parameters.values };
    const { sessionId, chunkNumber } = this.#instructions;
    const text = `with merged as (${statement} returning m.id)
      insert into sync.record_sync_statuses (connection_id, session_id, sequence, position, module_name, sync_direction,
        crm_record_id, action_taken)
      select ${parameters.add(this.#mirror.connectionId, 'uuid')}, ${parameters.add(sessionId, 'uuid')},
        ${parameters.add(loadSequence(chunkNumber), 'bigint')},
        ${parameters.add(action === 'created' ? 0 : UPDATED_POSITIONS, 'int')} + row_number() over () - 1,
        ${parameters.add(this.#mirror.key, 'text')}, 'from_crm', id, ${parameters.add(action, 'text')}
      from merged`;
    return { text, values: parameters.values };
  }
}
