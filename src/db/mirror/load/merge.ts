import type pg from 'pg';
import { Parameters } from '../identifiers';
import { assertLayout } from '../layout';
import { lockInserts, lockRows } from '../mirror-lock';
import { type MirrorModule } from '../mirror-module';
import type { Decision } from './merge-rule';
import {
  anyNameless,
  MergeStatements,
  userColumns,
  type MergeInstructions,
  type NamedUsers,
  type Statement,
} from './merge-statements';
import { withNamesOfOthers } from './name-rows';
import { readNamedUsers } from './named-users';
import type { StagingLayout } from './staged-column';
import { STAGING } from './staging';

export interface MergeCounts {
  read: number;
  created: number;
  updated: number;
  /** As the mirror has them already, or older than what it has, or deleted since they were read, or in doubt. */
  unchanged: number;
  minId: string | null;
  maxId: string | null;
}

/** Up to this many rows the planner may look rows up one by one; above, only set-wise joins are sane. */
const SMALL = 5_000;

/**
 * Merges the staged rows into the mirror by `MergeRule`: changed rows are updated, missing ones inserted, unchanged ones
 * left alone, contradictions noted as doubts. A deleted row is not brought back by a read that began before its delete.
 * A comparison that repairs nothing only notes what differs.
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
  const users = await namedUsers(client, mirror, layout);
  const { read, range, nameless } = await countStaged(client, layout, users);
  if (!range) return { read, created: 0, updated: 0, unchanged: 0, minId: null, maxId: null };
  const counts = { read, created: 0, updated: 0, minId: range[0], maxId: range[1] };
  if (read <= SMALL) await client.query(`analyze ${STAGING} (id)`);
  else await client.query(`set local enable_nestloop = off`);
  await client.query(`set local work_mem = '64MB'`);

  const context = { range, users, fenced: await anyTombstoneSince(client, mirror, instructions.asOf) };
  let statements = new MergeStatements(mirror, layout, instructions, context);
  const run = async (statement: Statement): Promise<number> => {
    const { rows, rowCount } = await client.query<{ rows?: number }>(statement.text, statement.values);
    return rows[0]?.rows ?? rowCount ?? 0;
  };
  const { comparison, partialRead } = instructions;
  const isNew = !comparison && !partialRead && (await run(statements.anyInRange())) === 0;
  if (isNew) counts.created = await run(statements.insert('all'));
  else {
    const judged = await withNamesOfOthers(client, mirror, layout);
    statements = new MergeStatements(mirror, judged, instructions, context);
    const decided = await decide(client, run, statements);
    if (comparison && decided.size > 0) await run(statements.noteDifferences(comparison));
    if (comparison?.repairs === false) return { ...counts, unchanged: counts.read };
    Object.assign(counts, await mergeByDecision(decided, run, statements));
  }
  if (!partialRead) await run(statements.forgetTombstones());
  if (nameless > 0) await run(statements.doubtNamelessUsers());
  return { ...counts, unchanged: counts.read - counts.created - counts.updated };
}

async function mergeByDecision(
  decided: ReadonlySet<Decision>,
  run: (statement: Statement) => Promise<number>,
  statements: MergeStatements,
): Promise<Pick<MergeCounts, 'created' | 'updated'>> {
  const updated = decided.has('update') ? await run(statements.update()) : 0;
  const created = decided.has('insert') ? await run(statements.insert('missing')) : 0;
  if (decided.has('settle')) await run(statements.settle());
  if (decided.has('doubt')) await run(statements.noteDoubts());
  return { created, updated };
}

/** Writes the decision on each staged row that is not left alone. @returns the kinds of decisions there are */
async function decide(
  client: pg.Client,
  run: (statement: Statement) => Promise<number>,
  statements: MergeStatements,
): Promise<Set<Decision>> {
  const kinds = async (): Promise<Set<Decision>> => {
    const { rows } = await client.query<{ decision: Decision }>('select distinct decision from decided');
    return new Set(rows.map(({ decision }) => decision));
  };
  await client.query('create temporary table decided (id bigint, decision text) on commit drop');
  if ((await run(statements.decide())) === 0) return new Set();
  const first = await kinds();
  if (!first.has('compare')) return first;
  await run(statements.compare());
  return kinds();
}

/** Users by what the mirror knows of them; none where no staged column needs them. */
async function namedUsers(client: pg.Client, mirror: MirrorModule, layout: StagingLayout): Promise<NamedUsers> {
  if (userColumns(layout).length === 0) return { names: '{}', ids: [] };
  const names = await readNamedUsers(client, mirror);
  return { names: JSON.stringify(Object.fromEntries(names)), ids: [...names.keys()] };
}

interface StagedCount {
  read: number;
  /** Lowest and highest id; null without rows. */
  range: [string, string] | null;
  /** Rows with a user whose name is not known. */
  nameless: number;
}

/** One pass over the staged rows tells everything that the merge has to know of them beforehand. */
async function countStaged(client: pg.Client, layout: StagingLayout, users: NamedUsers): Promise<StagedCount> {
  const parameters = new Parameters();
  const nameless = anyNameless(layout, users, parameters);
  const { rows } = await client.query<StagedCount>(
    `select count(*)::int as read, case when count(*) > 0 then array[min(s.id), max(s.id)]::text[] end as range,
       count(*) filter (where ${nameless})::int as nameless
     from ${STAGING} s`,
    parameters.values,
  );
  return rows[0] as StagedCount;
}

/** Keeps every other writer of the module out until the transaction ends. */
async function lockMirror(client: pg.Client, mirror: MirrorModule): Promise<void> {
  await lockRows((sql, values) => client.query(sql, [...values]), mirror);
  await assertLayout(client, mirror);
}

/** Shared with other loads that only insert: the primary key already excludes double inserts. */
export async function lockMirrorForInserts(client: pg.Client, mirror: MirrorModule): Promise<void> {
  await lockInserts((sql, values) => client.query(sql, [...values]), mirror);
  await assertLayout(client, mirror);
}

/** True if any row of the module was deleted after the read began: if not, no row of it needs to be checked. */
export async function anyTombstoneSince(client: pg.Client, mirror: MirrorModule, asOf: Date): Promise<boolean> {
  const found = await client.query(
    `select from sync.tombstones where connection_id = $1 and module_name = $2 and deleted_at >= $3 limit 1`,
    [mirror.connectionId, mirror.key, asOf],
  );
  return (found.rowCount ?? 0) > 0;
}
