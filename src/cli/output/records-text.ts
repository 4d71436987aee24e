import { z } from 'zod';
import type { ValidateAnswer, WriteAnswer } from '../../api/records/schemas';
import { ownValue } from '../../domain/own-value';
import { parseExactJson } from '../../domain/records/parse-exact-json';
import { formatCount } from './format-number';
import { printableValue } from './printable';
import { formatTable } from './table';

const Page = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  info: z.object({ more_records: z.boolean(), next_page_token: z.string().nullish() }).optional(),
});
export type PageOfRecords = z.infer<typeof Page>;

type RefusedOutcome = Extract<WriteAnswer['outcomes'][number], { status: 'error' }>;

/** A long text would push everything else off the screen. */
const WIDEST_CELL = 40;

/** Of fields that nobody has named. */
const MOST_COLUMNS = 6;

/** Reads an answer with records; numbers are texts with the digits that Zoho sent. */
export function readPage(text: string): PageOfRecords {
  return printableValue(Page.parse(parseExactJson(text, (digits) => digits)));
}

/** Reads an answer that is one record; numbers are texts with their digits. */
export function readRecord(text: string): Record<string, unknown> {
  return printableValue(z.record(z.string(), z.unknown()).parse(parseExactJson(text, (digits) => digits)));
}

/** One line a record, with a column for each of these fields, or for each that a record has. */
export function recordsTable({ data }: PageOfRecords, fields?: readonly string[]): string {
  if (data.length === 0) return 'No records.';
  const named = fields ?? [...new Set(data.flatMap((record) => Object.keys(record)))].filter(isShown);
  const columns = [...new Set(data.some(({ id }) => id !== undefined) ? ['id', ...named] : named)];
  return formatTable(
    columns,
    data.map((record) => columns.map((column) => shortText(ownValue(record, column)))),
    columns.map((_, place) => place),
  );
}

/** Fields of the records beside their ids, as many as fit beside each other; `more` are those left out. */
export function firstFields({ data }: PageOfRecords): { fields: string[]; more: number } {
  const names = [...new Set(data.flatMap((record) => Object.keys(record)))];
  const shown = names.filter((name) => isShown(name) && name !== 'id');
  return { fields: shown.slice(0, MOST_COLUMNS), more: Math.max(0, shown.length - MOST_COLUMNS) };
}

/** Every field of one record, a line each. */
export function recordDetails({ data: [record = {}] }: PageOfRecords): [name: string, value: string][] {
  return recordFields(record);
}

/** Every field of a record, a line each. */
export function recordFields(record: Record<string, unknown>): [name: string, value: string][] {
  return Object.entries(record)
    .filter(([name]) => isShown(name))
    .map(([name, value]) => [name, shortText(value)]);
}

/** Outcomes of the records that were not written, under one line for all. */
export function writeText({ succeeded, failed, outcomes }: WriteAnswer): string {
  const sums = `${formatCount(succeeded)} written, ${formatCount(failed)} refused.`;
  const rows = outcomes.map((outcome) =>
    outcome.status === 'success'
      ? [String(outcome.position), outcome.action, outcome.id, '', '']
      : [String(outcome.position), 'refused', outcome.duplicateRecordId ?? '', what(outcome), outcome.whatToDo],
  );
  return `${formatTable(['record', 'outcome', 'id', 'why', 'to do'], rows, [1, 2, 3, 4])}\n${sums}`;
}

/** Problems of each record. */
export function validateText({ valid, invalid, records }: ValidateAnswer): string {
  const sums = `${formatCount(valid)} valid, ${formatCount(invalid)} not.`;
  const rows = records.flatMap(({ position, problems }) =>
    problems.map(({ field, code, detail }) => [String(position), field, code, detail]),
  );
  if (rows.length === 0) return sums;
  const more = records.reduce((sum, { problemCount }) => sum + problemCount, 0) - rows.length;
  const table = formatTable(['record', 'field', 'problem', 'detail'], rows, [1, 2, 3]);
  return [table, ...(more > 0 ? [`and ${formatCount(more)} more problems.`] : []), sums].join('\n');
}

/** Every mistake of a record, by its field and the place within its value. */
function what({ errors }: Pick<RefusedOutcome, 'errors'>): string {
  return errors
    .map(({ code, fieldName, pointer }) => [code, partOf(pointer) ?? fieldName ?? []].flat().join(' '))
    .join('; ');
}

function partOf(pointer: string | null): string | undefined {
  return pointer?.split('/').slice(3).join('.') || undefined;
}

/** Zoho's own marks of a record begin with $. */
function isShown(name: string): boolean {
  return !name.startsWith('$');
}

/** A value on one line, and not too long a one. */
export function shortText(value: unknown): string {
  const text = plain(value).replaceAll(/\s+/g, ' ');
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text;
}

/** A lookup is shown by its name. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  const { name, id } = value as { name?: unknown; id?: unknown };
  if (typeof name === 'string') return name;
  return typeof id === 'string' ? id : JSON.stringify(value);
}
