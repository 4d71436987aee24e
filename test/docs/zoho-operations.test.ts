import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Command } from 'commander';
import { createZohoActivities, type ActivityDependencies } from '../../src/activities';
import { PROBLEMS } from '../../src/api/http/problem';
import { ROUTES } from '../../src/api/routes';
import { COMMANDS } from '../../src/cli/commands';
import type { CliContext } from '../../src/cli/context';
import { LIMITS } from '../../src/domain/zoho-limits';
import * as workflows from '../../src/workflows';

const ROOT = path.join(__dirname, '../..');
const zoho = exportsBelow(path.join(ROOT, 'src/zoho'));
type Column = 'functions' | 'workflow or activity' | 'API route' | 'command' | 'limits' | 'errors' | 'tests';
type Row = Readonly<Record<Column | '#' | 'operation', string>>;

/** The operations of the product's interface, as it numbers them. */
const OPERATIONS = `get_module_metadata get_field_metadata perform_full_sync perform_incremental_sync fetch_all_pages
  create_custom_field update_custom_field small_batch_update mass_update_records bulk_write_operation search_records
  get_single_record check_mass_update_status check_bulk_write_status`.split(/\s+/);

describe('the table of Zoho operations', () => {
  const rows = readTable();

  it('has the fourteen operations', () => {
    assert.deepEqual(
      rows.filter(({ '#': number }) => number !== '+').map(({ '#': number, operation }) => `${number} ${operation}`),
      OPERATIONS.map((operation, place) => `${place + 1} ${operation}`),
    );
  });

  for (const row of rows) {
    describe(row.operation, () => {
      it('names functions that are there', () => assertAll(row, 'functions', isFunction));
      it('names workflows and activities that are there', () => {
        assertAll(row, 'workflow or activity', (name) => isFunction(name) || name in workflows || ACTIVITIES.has(name));
      });
      it('names routes that are there', () => {
        assertAll(row, 'API route', (name) =>
          ROUTES.some((route) => `${route.method} ${route.path}` === lowerMethod(name)),
        );
      });
      it('names limits that are there', () => assertAll(row, 'limits', isLimit, 0));
      it('names problems that are there', () => assertAll(row, 'errors', (name) => name in PROBLEMS, 0));
      it('names tests that are there', () => assertAll(row, 'tests', (name) => existsSync(path.join(ROOT, name))));
      it('names commands that are there', () => {
        const least = row.operation.includes('_') ? 1 : 0;
        assertAll(row, 'command', (name) => COMMAND_NAMES.has(name), least);
      });
    });
  }
});

const ACTIVITIES = new Set(Object.keys(createZohoActivities({} as ActivityDependencies)));
const COMMAND_NAMES = new Set(COMMANDS.flatMap((create) => namesOf(create({} as CliContext))));

function assertAll(row: Row, column: Column, isThere: (name: string) => boolean, least = 1): void {
  const names = [...row[column].matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  assert.ok(names.length >= least, `The column "${column}" names nothing.`);
  assert.deepEqual(
    names.filter((name) => !isThere(name)),
    [],
  );
}

/** All that the files below a folder export, by name. */
function exportsBelow(folder: string): Readonly<Record<string, unknown>> {
  const load = createRequire(__filename);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return Object.assign({}, ...files.map((file) => load(path.join(folder, file)) as object)) as Record<string, unknown>;
}

/** A path in `LIMITS`, or a list that `src/zoho` exports. */
function isLimit(name: string): boolean {
  const [root, ...keys] = name.split('.');
  if (root !== 'LIMITS') return name in zoho;
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], LIMITS) !== undefined;
}

/** By its name in `src/zoho`, or by its file and name. */
function isFunction(name: string): boolean {
  const [file = '', member] = name.split('#');
  if (member === undefined) return typeof zoho[file] === 'function';
  if (!existsSync(path.join(ROOT, file))) return false;
  return new RegExp(`^export (async )?function ${member}\\b`, 'm').test(readFileSync(path.join(ROOT, file), 'utf8'));
}

function lowerMethod(route: string): string {
  return route.replace(/^[A-Z]+/, (method) => method.toLowerCase());
}

function namesOf(command: Command, before = ''): string[] {
  const name = `${before}${command.name()}`;
  return [name, ...command.commands.flatMap((child) => namesOf(child, `${name} `))];
}

function readTable(): Row[] {
  const text = readFileSync(path.join(ROOT, 'docs/zoho-operations.md'), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...rest] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rest
    .filter((cells) => cells.length === head.length)
    .map((cells) => Object.fromEntries(head.map((name, place) => [name, cells[place] ?? ''])) as unknown as Row);
}
