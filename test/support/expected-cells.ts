import assert from 'node:assert/strict';
import type { DataType } from '../../simulator/data/data-type';
import type { FieldDefinition } from '../../simulator/data/field';
import { plainDecimal, plainText, type ExactObject, type ExactValue } from './exact-json';

/** Text of each column, null for SQL's null. */
export type Cells = Record<string, string | null>;

type Kind = 'text' | 'number' | 'boolean' | 'date' | 'instant' | 'list' | 'reference';

const KINDS: Readonly<Record<DataType, Kind>> = {
  text: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  website: 'text',
  picklist: 'text',
  autonumber: 'text',
  multiselectpicklist: 'list',
  lookup: 'reference',
  ownerlookup: 'reference',
  userlookup: 'reference',
  integer: 'number',
  bigint: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  formula: 'number',
  date: 'date',
  datetime: 'instant',
  boolean: 'boolean',
};

function kindOf(field: FieldDefinition): Kind {
  return field.apiName === 'Tag' ? 'list' : KINDS[field.dataType];
}

/**
 * SQL that shows a column's value in the one form that `expectedCells` gives; its type must fit, or the query fails.
 */
const SQL_OF: Readonly<Record<Kind, (column: string) => string>> = {
  text: (column) => column,
  number: (column) => `trim_scale(${column}::numeric)`,
  boolean: (column) => column,
  date: (column) => `to_char(${column}, 'YYYY-MM-DD') || ' ' || pg_typeof(${column})`,
  instant: (column) =>
    `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || ' ' || pg_typeof(${column})`,
  list: (column) => `jsonb_pretty(${column})`,
  reference: (column) => column,
};

/**
 * The columns a field must have in the mirror.
 * @param names where they are other ones than the field's own: a lookup has two
 */
export function mirrorColumnsOf(field: FieldDefinition, names = columnNames(field)): { name: string; sql: string }[] {
  const kind = kindOf(field);
  return names.map((column) => ({ name: column, sql: SQL_OF[kind](`"${column}"`) }));
}

function columnNames(field: FieldDefinition): string[] {
  const name = field.apiName.toLowerCase();
  return kindOf(field) === 'reference' ? [`${name}_id`, name] : [name];
}

/** Expected cells of a record. An empty value, in any of Zoho's forms, is SQL's null. */
export function expectedCells(fields: readonly FieldDefinition[], record: ExactObject): Cells {
  const cells: Cells = {};
  for (const field of fields) {
    const name = field.apiName.toLowerCase();
    const value = record[field.apiName];
    assert.notEqual(value, undefined, `The simulator does not export ${field.apiName}.`);
    if (kindOf(field) === 'reference') {
      const reference = value as ExactObject | null;
      cells[`${name}_id`] = reference ? (reference['id'] as string) : null;
      cells[name] = reference ? (reference['name'] as string) : null;
    } else {
      cells[name] = value === null || value === undefined ? null : expectedText(kindOf(field), value);
    }
  }
  return cells;
}

function expectedText(kind: Kind, value: ExactValue): string | null {
  switch (kind) {
    case 'number':
      return plainDecimal(plainText(value));
    case 'date':
      return `${plainText(value)} date`;
    case 'instant':
      return `${new Date(plainText(value)).toISOString().replace('Z', '000')} timestamp with time zone`;
    case 'list': {
      const parts = (value as readonly (string | ExactObject)[]).map((part) =>
        typeof part === 'string' ? part : part['name'],
      );
      return parts.length === 0 ? null : JSON.stringify(parts, null, 4);
    }
    default:
      return plainText(value);
  }
}
