import type { GeneratedModule } from '../data/generated-module';
import { parseInstant } from '../zoned-time';
import { certainComparisons, type Condition } from './condition';

/** Where matching rows can be, as far as a condition says so without looking at them. */
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
  let modifiedFrom = -Infinity;
  let modifiedUntil = Infinity;
  let firstRow = 0;
  for (const { path, comparison, operands } of condition ? certainComparisons(condition) : []) {
    const [low = '', high] = operands;
    if (path === 'Modified_Time') {
      const last = comparison === 'between' ? high : UPPER.includes(comparison) ? low : undefined;
      if (LOWER.includes(comparison)) modifiedFrom = Math.max(modifiedFrom, parseInstant(low) ?? -Infinity);
      if (last !== undefined) modifiedUntil = Math.min(modifiedUntil, parseInstant(last) ?? Infinity);
    }
    if (path.toLowerCase() === 'id' && LOWER.includes(comparison) && /^\d+$/.test(low)) {
      firstRow = Math.max(firstRow, module.firstRowFrom(BigInt(low)));
    }
  }
  return {
    ...(modifiedFrom !== -Infinity && { modifiedFrom }),
    ...(modifiedUntil !== Infinity && { modifiedUntil }),
    ...(firstRow > 0 && { firstRow }),
  };
}
