import assert from 'node:assert/strict';
import type { Simulator } from '../../simulator';
import { expectedCells, mirrorColumnsOf, type Cells } from './expected-cells';
import { exportedRecords } from './exported-records';

/** More differences than this tell nothing new. */
const SHOWN = 20;
const ROWS_PER_QUERY = 2_000;

export interface Comparison {
  simulator: Simulator;
  module: string;
  /** API names of fields that the mirror is not expected to have. */
  ignoring: readonly string[];
  /** Qualified and quoted. */
  table: string;
  query: (sql: string, bindings: readonly (string | number)[]) => Promise<object[]>;
}

/**
 * Compares every field of every record in the simulator with the mirror, row by row in the order of ids. It shares no
 * code with the engine: what a value must look like is worked out anew from the field's type (see `expectedCells`).
 * @returns the differences, one line each, the first 20
 */
export async function compareMirror(comparison: Comparison): Promise<string[]> {
  const { simulator, module, ignoring } = comparison;
  const described = simulator.control.simulation.catalog.module(module);
  assert.ok(described, `The simulator has no module ${module}.`);
  const fields = described.columns.map(({ field }) => field).filter(({ apiName }) => !ignoring.includes(apiName));
  const columns = fields.flatMap((field) => mirrorColumnsOf(field));
  const mirror = mirrorRows(comparison, columns);
  const differences: string[] = [];
  const differ = (line: string): boolean => differences.push(line) >= SHOWN;

  let row = await mirror.next();
  for await (const record of exportedRecords(simulator, module)) {
    const id = record['id'] as string;
    for (; !row.done && BigInt(row.value.id) < BigInt(id); row = await mirror.next()) {
      if (differ(`${row.value.id}: only in the mirror`)) return differences;
    }
    if (row.done || row.value.id !== id) {
      if (differ(`${id}: not in the mirror`)) return differences;
      continue;
    }
    const wanted = expectedCells(fields, record);
    for (const { name } of columns) {
      if (wanted[name] === row.value.cells[name]) continue;
      const line = `${id}.${name}: Zoho ${show(wanted[name])}, mirror ${show(row.value.cells[name])}`;
      if (differ(line)) return differences;
    }
    row = await mirror.next();
  }
  for (; !row.done; row = await mirror.next()) {
    if (differ(`${row.value.id}: only in the mirror`)) return differences;
  }
  return differences;
}

/** Fails with the differences. */
export function assertSame(differences: readonly string[]): void {
  assert.equal(differences.length, 0, `Zoho and the mirror differ:\n  ${differences.join('\n  ')}`);
}

interface MirrorRow {
  id: string;
  cells: Cells;
}

/** The mirror's rows as text, by id. */
async function* mirrorRows(
  { table, query }: Comparison,
  columns: readonly { name: string; sql: string }[],
): AsyncGenerator<MirrorRow, undefined> {
  const cells = columns.map(({ sql }, index) => `(${sql})::text as c${index}`);
  for (let after = '0'; ;) {
    const rows = await query(
      `select ${['id::text as id', ...cells].join(', ')} from ${table} where id > ?::bigint order by id limit ?`,
      [after, ROWS_PER_QUERY],
    );
    for (const found of rows) {
      const row = found as Record<string, string | null>;
      const id = String(row['id']);
      yield { id, cells: Object.fromEntries(columns.map(({ name }, index) => [name, row[`c${index}`] ?? null])) };
      after = id;
    }
    if (rows.length < ROWS_PER_QUERY) return undefined;
  }
}

function show(cell: string | null | undefined): string {
  if (cell === null) return 'null';
  return cell === undefined ? 'nothing' : JSON.stringify(cell.length > 80 ? `${cell.slice(0, 77)}...` : cell);
}
