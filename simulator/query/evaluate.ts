import { type CellValue, isList, isReference, partTexts } from '../data/cell';
import { type DataType, kindOf } from '../data/data-type';
import type { OpenModule, Records } from '../store/records';
import { parseInstant } from '../zoned-time';
import type { Comparing, Condition } from './condition';
import { resolvePath, type ResolvedPath } from './field-path';

export type RowTest = (row: number) => boolean;
type Comparable = string | number | bigint | boolean;
type ValuesTest = (values: readonly Comparable[]) => boolean;

/**
 * Compiles a condition for the rows of a module. An empty field fulfils `empty` and the negative comparisons and
 * nothing else; texts compare exactly.
 *
 * @throws Error when a path does not exist; parsers check paths before
 */
export function compileCondition(records: Records, opened: OpenModule, condition: Condition): RowTest {
  const { module, store } = opened;
  return combineTests(condition, (comparing) => {
    const path = resolvePath(records, opened, comparing.path);
    if (!path) throw new Error(`${module.apiName} has no ${comparing.path}`);
    if (comparing.path !== 'Modified_Time') return compareRows(path, comparing);
    const test = testOf(path, comparing);
    return (row) => test([store.modifiedAt(row)]);
  });
}

/** Joins the tests of a condition's comparisons as the condition joins them. */
export function combineTests(condition: Condition, compile: (comparing: Comparing) => RowTest): RowTest {
  if ('path' in condition) return compile(condition);
  const parts = ('all' in condition ? condition.all : condition.any).map((part) => combineTests(part, compile));
  return 'all' in condition ? (row) => parts.every((test) => test(row)) : (row) => parts.some((test) => test(row));
}

/** Compares the values that a path leads to. */
export function compareRows(path: ResolvedPath, comparing: Comparing): RowTest {
  const toComparable = converterOf(path.dataType);
  const test = testOf(path, comparing);
  return (row) => test(comparables(path.value(row), toComparable));
}

function testOf({ dataType }: ResolvedPath, comparing: Comparing): ValuesTest {
  const operands = comparing.operands.map(converterOf(dataType)).filter((operand) => operand !== undefined);
  return comparison(comparing, operands);
}

/** The values of a field as things to compare: none when it is empty, several for a multi-select. */
function comparables(value: CellValue, convert: (text: string) => Comparable | undefined): Comparable[] {
  const texts = isList(value)
    ? partTexts(value)
    : value === null
      ? []
      : [isReference(value) ? value.id : String(value)];
  return texts.map(convert).filter((part) => part !== undefined);
}

/** Converts texts of a data type to comparable values; undefined for a text that is no value of the type. */
export function converterOf(dataType: DataType | 'id'): (text: string) => Comparable | undefined {
  switch (kindOf(dataType)) {
    case 'id':
    case 'long':
      return (text) => (/^-?\d+$/.test(text.trim()) ? BigInt(text.trim()) : undefined);
    case 'whole':
    case 'decimal':
    case 'computed':
      return (text) => (text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text));
    case 'datetime':
      return parseInstant;
    case 'date':
      return (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined);
    case 'flag':
      return (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined);
    default:
      return (text) => text;
  }
}

function comparison({ comparison: kind }: Comparing, operands: readonly Comparable[]): ValuesTest {
  const [first, second] = operands;
  const some =
    (test: (value: Comparable) => boolean): ValuesTest =>
    (values) =>
      values.some(test);
  const none =
    (test: (value: Comparable) => boolean): ValuesTest =>
    (values) =>
      !values.some(test);
  const isOperand = (value: Comparable): boolean => operands.includes(value);
  const isBetween = (value: Comparable): boolean =>
    first !== undefined && second !== undefined && value >= first && value <= second;
  const text = String(first ?? '');
  switch (kind) {
    case 'equal':
    case 'in':
      return some(isOperand);
    case 'not_equal':
    case 'not_in':
      return none(isOperand);
    case 'greater_than':
      return some((value) => first !== undefined && value > first);
    case 'greater_equal':
      return some((value) => first !== undefined && value >= first);
    case 'less_than':
      return some((value) => first !== undefined && value < first);
    case 'less_equal':
      return some((value) => first !== undefined && value <= first);
    case 'between':
      return some(isBetween);
    case 'not_between':
      return none(isBetween);
    case 'contains':
      return some((value) => String(value).includes(text));
    case 'not_contains':
      return none((value) => String(value).includes(text));
    case 'starts_with':
      return some((value) => String(value).startsWith(text));
    case 'ends_with':
      return some((value) => String(value).endsWith(text));
    case 'empty':
      return (values) => values.length === 0;
    case 'not_empty':
      return (values) => values.length > 0;
  }
}
