/** Comparisons that search criteria, COQL and bulk-read criteria are translated to. */
export type Comparison =
  | 'equal'
  | 'not_equal'
  | 'greater_than'
  | 'greater_equal'
  | 'less_than'
  | 'less_equal'
  | 'in'
  | 'not_in'
  | 'between'
  | 'not_between'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'ends_with'
  | 'empty'
  | 'not_empty';

/** One comparison; `path` is a field, or a lookup's field after a dot. */
export interface Comparing {
  readonly path: string;
  readonly comparison: Comparison;
  readonly operands: readonly string[];
}

/** A criterion of any depth, plain enough to be sent to a worker thread. */
export type Condition = Comparing | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

/** Every comparison inside a condition. */
export function comparisonsOf(condition: Condition): Comparing[] {
  if ('path' in condition) return [condition];
  return ('all' in condition ? condition.all : condition.any).flatMap(comparisonsOf);
}

/** The comparisons every matching record fulfils: those joined by "and" from the top. */
export function certainComparisons(condition: Condition): Comparing[] {
  if ('path' in condition) return [condition];
  return 'all' in condition ? condition.all.flatMap(certainComparisons) : [];
}
