import type { Knex } from 'knex';
import { quoteIdentifier } from '../../src/db/mirror/identifiers';
import { qualifiedTable, SYNCED_AT } from '../../src/db/mirror/mirror-module';
import type { DifferenceKind } from '../../src/domain/mirror/comparison-findings';
import type { BenchEnvironment } from '../environment';
import { tableOf } from '../mirror-table';

/** The mirror as it was before anything was planted, without the times of its reads. */
const RIGHT = 'bench.right_rows';
/** Added to an id, gives one that no record has. */
const OTHER_ID = 10_000_000_007;

/** Statements that spoil rows of a mirror by hand. `picked` has their ids. */
const SPOILED: Readonly<Record<DifferenceKind, (table: string) => string>> = {
  missing: (table) => `delete from ${table} where id in (select id from picked)`,
  stale: (table) => `update ${table} set modified_time = modified_time - interval '1 hour', next_step = 'as it was'
    where id in (select id from picked)`,
  extra: (
    table,
  ) => `insert into ${table} select (jsonb_populate_record(m, jsonb_build_object('id', m.id + ${OTHER_ID}))).*
    from ${table} m where m.id in (select id from picked)`,
  silent: (table) => `update ${table} set expected_revenue = coalesce(expected_revenue, 0) + 1
    where id in (select id from picked)`,
  value: (table) => `update ${table} set next_step = 'by hand' where id in (select id from picked)`,
};

/** A mirror in which rows are spoiled, and a copy of it that stays right. */
export class SpoiledMirror {
  readonly #knex: Knex;
  readonly #table: string;
  readonly #columns: readonly string[];

  private constructor(knex: Knex, table: string, columns: readonly string[]) {
    this.#knex = knex;
    this.#table = table;
    this.#columns = columns;
  }

  /** Takes a copy of the mirror of the measured module. */
  static async of(environment: BenchEnvironment): Promise<SpoiledMirror> {
    const { knex } = environment;
    const where = await tableOf(environment);
    const { rows } = await knex.raw<{ rows: { name: string }[] }>(
      `select column_name as name from information_schema.columns
       where table_schema = ? and table_name = ? and column_name <> ? order by ordinal_position`,
      [where.schema, where.table, SYNCED_AT],
    );
    const columns = rows.map(({ name }) => quoteIdentifier(name));
    const table = qualifiedTable(where);
    await unhurried(knex, [
      `create schema if not exists bench`,
      `create unlogged table ${RIGHT} as select ${String(columns)} from ${table}`,
      `alter table ${RIGHT} add primary key (id)`,
      `analyze ${RIGHT}`,
    ]);
    return new SpoiledMirror(knex, table, columns);
  }

  /** Spoils so many rows in each of the ways, all of them others, spread over the mirror. */
  async spoil(kinds: readonly DifferenceKind[], each: number): Promise<void> {
    await unhurried(this.#knex, [
      `create temporary table shuffled on commit drop as
       select id, row_number() over (order by md5(id::text)) as place from ${this.#table}`,
      ...kinds.flatMap((kind, way) => [
        `create temporary table picked on commit drop as
         select id from shuffled where place > ${way * each} and place <= ${(way + 1) * each}`,
        SPOILED[kind](this.#table),
        `drop table picked`,
      ]),
    ]);
  }

  /** Number of rows that are not as in the copy. */
  async countWrong(): Promise<number> {
    const values = (alias: string): string => `row(${this.#columns.map((name) => `${alias}.${name}`).join(', ')})`;
    const { rows } = await this.#knex.raw<{ rows: { wrong: number }[] }>(
      `select count(*)::int as wrong from ${this.#table} m full join ${RIGHT} r on r.id = m.id
       where ${values('m')} is distinct from ${values('r')}`,
    );
    return rows[0]?.wrong ?? 0;
  }
}

/** Runs statements in one transaction, however long they take. */
async function unhurried(knex: Knex, statements: readonly string[]): Promise<void> {
  await knex.transaction(async (trx) => {
    for (const statement of [`set local statement_timeout = 0`, ...statements]) await trx.raw(statement);
  });
}
