import type { GeneratedModule } from '../data/generated-module';
import { parseInstant } from '../zoned-time';
import { certainComparisons, type Comparing, type Condition } from './condition';

/** Range in which matching rows can lie, derived from a condition without looking at the rows. */
export interface Bounds {
  /** Seconds; no match was modified before. */
  readonly modifiedFrom?: number;
  /** Seconds; no match was modified after. */
  readonly modifiedUntil?: number;
  /** No match has a lower row number. */
  readonly firstRow?: number;
}

const LOWER = ['equal', 'greater_than', 'greater_equal', 'between'];
const UPPER = ['equal', 'less_than', 'less_equal'];

/** The bounds a condition puts on Modified_Time and id; they make keyset paging over millions of rows cheap. */
export function boundsOf(module: GeneratedModule, condition: Condition | undefined): Bounds {
  const comparisons = condition ? certainComparisons(condition) : [];
  const ofTime = comparisons.filter(({ path }) => path === 'Modified_Time');
  const ofId = comparisons.filter(({ path }) => path.toLowerCase() === 'id');
  const modifiedFrom = Math.max(...ofTime.map((comparison) => parseInstant(lowest(comparison) ?? '') ?? -Infinity));
  const modifiedUntil = Math.min(...ofTime.map((comparison) => parseInstant(highest(comparison) ?? '') ?? Infinity));
  const firstRow = Math.max(0, ...ofId.map((comparison) => firstRowOf(module, lowest(comparison))));
  return {
    ...(modifiedFrom !== -Infinity && { modifiedFrom }),
    ...(modifiedUntil !== Infinity && { modifiedUntil }),
    ...(firstRow > 0 && { firstRow }),
  };
}

/** The operand below which no value matches. */
function lowest({ comparison, operands: [first] }: Comparing): string | undefined {
  return LOWER.includes(comparison) ? first : undefined;
}

/** The operand above which no value matches. */
function highest({ comparison, operands: [first, second] }: Comparing): string | undefined {
  if (comparison === 'between') return second;
  return UPPER.includes(comparison) ? first : undefined;
}

function firstRowOf(module: GeneratedModule, id: string | undefined): number {
  return id !== undefined && /^\d+$/.test(id) ? module.firstRowFrom(BigInt(id)) : 0;
}
