import type { CallObserver } from '../../../src/zoho/http/call-report';
import type { CriteriaType } from '../../../src/zoho/query/criteria-types';
import { type SimulatorBench, startSimulatorBench } from '../simulator/bench';

export const HOSTILE_MODULE = 'Hostile';

/** Texts that end a value, a condition or a query wherever somebody forgot to escape. */
export const HOSTILE_TEXTS = [
  "O'Brien",
  "''",
  '"quoted"',
  '\\',
  '\\\\',
  "\\' or 1=1",
  ')or(Name:equals:x',
  '))or((Name:starts_with:a',
  '(',
  ')',
  ',',
  'a,b,c',
  ':',
  'equals:x',
  "' or id is not null or Name = '",
  'x\nlimit 0, 1',
  'tab\tand\r\nlines',
  '%',
  '50%',
  '%41',
  '_',
  '&criteria=(id:equals:1)',
  '+ +',
  ' leading and trailing ',
  'null',
  'true',
  '0',
  'Größe',
  'e\u0301',
  '\u00e9',
  '\u202egnp.exe',
  '👩‍👩‍👧',
  '\ufeff',
  '--',
  '/* x */',
  ';',
  '${EMPTY}',
] as const;

const NUMBERS = [null, 0, -1, 1, 7, 999_999_999, 250, 251];
const DECIMALS = [null, 0, 0.1, -0.1, 1234.5, 99_999_999_999.99, 1e-5, 3];
const DATES = [null, '1969-12-31', '2024-02-29', '2026-01-31', '2026-02-01'];
const TIMES = [null, '2024-03-10T01:59:59-05:00', '2024-03-10T03:00:00-04:00', '2026-01-01T00:00:00-05:00'];
const CHOICES = [[], ['Red'], ['Blue, light'], ['Red', 'Blue, light']];

/** The fields of the module that conditions are made of, with values that occur in it. */
export const HOSTILE_FIELDS: readonly { name: string; type: CriteriaType; pool: readonly unknown[] }[] = [
  { name: 'Name', type: 'text', pool: HOSTILE_TEXTS },
  { name: 'Field_1', type: 'text', pool: [null, ...HOSTILE_TEXTS] },
  { name: 'Field_2', type: 'integer', pool: NUMBERS },
  { name: 'Field_3', type: 'picklist', pool: [null, ...HOSTILE_TEXTS.slice(0, 12)] },
  { name: 'Field_4', type: 'date', pool: DATES },
  { name: 'Field_5', type: 'currency', pool: DECIMALS },
  { name: 'Field_6', type: 'boolean', pool: [true, false] },
  { name: 'Field_7', type: 'datetime', pool: TIMES },
  { name: 'Field_8', type: 'double', pool: DECIMALS },
  { name: 'Field_9', type: 'textarea', pool: [null, ...HOSTILE_TEXTS] },
  { name: 'Field_10', type: 'multiselectpicklist', pool: CHOICES },
  { name: 'Modified_Time', type: 'datetime', pool: [] },
  { name: 'Owner', type: 'ownerlookup', pool: [] },
  { name: 'id', type: 'id', pool: [] },
];

/** A record as the API shows it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** A simulator with a module full of hostile values, 20 to a second, and the truth about it. */
export interface HostileBench extends SimulatorBench {
  /** Every record as it was inserted, by id. */
  rows: readonly Row[];
}

export async function startHostileBench(rows = 200, observer?: CallObserver): Promise<HostileBench> {
  const bench = await startSimulatorBench({}, observer);
  const { control } = bench.simulator;
  control.addModule({ apiName: HOSTILE_MODULE, rows: 0, fields: 10 });
  control.moveClock({ freeze: true });
  for (let start = 0; start < rows; start += 20) {
    const insert = Array.from({ length: Math.min(20, rows - start) }, (_, i) => valuesOf(start + i));
    control.changeRecords(HOSTILE_MODULE, { insert });
    control.moveClock({ advance: 1_000 });
  }
  return { ...bench, rows: rowsOf(await bench.truthOf(HOSTILE_MODULE)) };
}

/** JSON lines as records. */
export function rowsOf(lines: string): Row[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

/** Every field walks through its values at a pace of its own, so that most combinations occur. */
function valuesOf(row: number): Record<string, never> {
  const values = HOSTILE_FIELDS.flatMap(({ name, pool }, place) =>
    pool.length === 0 ? [] : [[name, pool[(row * (2 * place + 1) + place) % pool.length]]],
  );
  return Object.fromEntries(values) as Record<string, never>;
}
