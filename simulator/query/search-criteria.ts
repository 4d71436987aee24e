import { type DataType, kindOf } from '../data/data-type';
import { ApiError, type ErrorDetails } from '../http/api-error';
import type { OpenModule, Records } from '../store/records';
import { comparisonsOf, type Comparing, type Comparison, type Condition } from './condition';
import { converterOf } from './evaluate';
import { resolvePath } from './field-path';

const MAX_CRITERIA = 15;
const MAX_VALUES = 100;

const OPERATORS: Readonly<Record<string, Comparison>> = {
  equals: 'equal',
  not_equal: 'not_equal',
  starts_with: 'starts_with',
  in: 'in',
  greater_than: 'greater_than',
  greater_equal: 'greater_equal',
  less_than: 'less_than',
  less_equal: 'less_equal',
  between: 'between',
};
const EQUALITY = ['equals', 'not_equal'];
const RANGES = [...EQUALITY, 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between', 'in'];

function operatorsOf(dataType: DataType | 'id'): readonly string[] {
  switch (kindOf(dataType)) {
    case 'whole':
    case 'long':
    case 'decimal':
    case 'computed':
    case 'date':
    case 'datetime':
      return RANGES;
    case 'flag':
      return EQUALITY;
    case 'longText':
      return [...EQUALITY, 'starts_with'];
    case 'reference':
    case 'choice':
    case 'serial':
    case 'id':
      return [...EQUALITY, 'in'];
    default:
      return [...EQUALITY, 'starts_with', 'in'];
  }
}

function invalidQuery(reason: string, details: ErrorDetails = {}): ApiError {
  return new ApiError(400, 'INVALID_QUERY', 'Invalid query formed', { reason, ...details });
}

/**
 * Reads the `criteria` of Search Records: `((Company:starts_with:Acme)and(Amount:greater_than:10))`. A backslash takes
 * away the meaning of `(`, `)`, `,` and itself.
 * @throws ApiError INVALID_QUERY, CRITERIA_LIMIT_EXCEEDED
 */
export function parseSearchCriteria(records: Records, opened: OpenModule, text: string): Condition {
  const condition = new CriteriaParser(records, opened, text).parse();
  if (comparisonsOf(condition).length > MAX_CRITERIA) {
    const message = `no of criterium that can be given exceed the limit ${MAX_CRITERIA}`;
    throw new ApiError(400, 'CRITERIA_LIMIT_EXCEEDED', message, { limit: MAX_CRITERIA });
  }
  return condition;
}

class CriteriaParser {
  #at = 0;
  readonly records: Records;
  readonly opened: OpenModule;
  readonly text: string;

  constructor(records: Records, opened: OpenModule, text: string) {
    this.records = records;
    this.opened = opened;
    this.text = text;
  }

  parse(): Condition {
    const condition = this.#group();
    this.#space();
    if (this.#at < this.text.length) throw invalidQuery('unexpected text after the criteria');
    return condition;
  }

  #group(): Condition {
    this.#space();
    if (this.text[this.#at] !== '(') throw invalidQuery('an opening bracket is expected');
    this.#at++;
    this.#space();
    const condition = this.text[this.#at] === '(' ? this.#joined() : this.#comparing();
    this.#space();
    if (this.text[this.#at] !== ')') throw invalidQuery('a closing bracket is expected');
    this.#at++;
    return condition;
  }

  /** `group and group or group ...`; "and" binds closer. */
  #joined(): Condition {
    const alternatives: Condition[][] = [[this.#group()]];
    for (;;) {
      this.#space();
      const word = /^(and|or)/i.exec(this.text.slice(this.#at))?.[1];
      if (word === undefined) break;
      this.#at += word.length;
      const next = this.#group();
      if (word.toLowerCase() === 'and') alternatives.at(-1)?.push(next);
      else alternatives.push([next]);
    }
    return { any: alternatives.map((all) => ({ all })) };
  }

  #comparing(): Comparing {
    const path = this.#word();
    const operator = this.#word();
    const resolved = resolvePath(this.records, this.opened, path);
    if (!resolved) throw invalidQuery('the field is not available for search', { api_name: path });
    const comparison = OPERATORS[operator];
    if (!comparison || !operatorsOf(resolved.dataType).includes(operator)) {
      throw invalidQuery('the operator is not supported for the field', { api_name: path, operator });
    }
    const operands = this.#values(comparison === 'in' || comparison === 'between');
    if (operands.length > MAX_VALUES)
      throw invalidQuery('only 100 values are allowed in IN', { api_name: path, operator });
    const convert = converterOf(resolved.dataType);
    if (
      (comparison === 'between' && operands.length !== 2) ||
      operands.some((operand) => convert(operand) === undefined)
    ) {
      throw invalidQuery('the value is not valid for the field', { api_name: path, operator });
    }
    return { path, comparison, operands };
  }

  #word(): string {
    const end = this.text.indexOf(':', this.#at);
    if (end < 0) throw invalidQuery('field:operator:value is expected');
    const word = this.text.slice(this.#at, end).trim();
    this.#at = end + 1;
    return word;
  }

  #values(several: boolean): string[] {
    const values = [''];
    for (; this.#at < this.text.length; this.#at++) {
      const character = this.text[this.#at] ?? '';
      if (character === ')') return values;
      if (character === '(') throw invalidQuery('a bracket in a value has to be escaped');
      if (character === ',' && several) values.push('');
      else values[values.length - 1] += character === '\\' ? (this.text[++this.#at] ?? '') : character;
    }
    throw invalidQuery('a closing bracket is expected');
  }

  #space(): void {
    while (this.text[this.#at] === ' ') this.#at++;
  }
}
