import { counted } from '../counted';
import type { Comparison } from '../runs/enums';

/** Ways in which a record and its row differ. */
export const DIFFERENCE_KINDS = ['missing', 'stale', 'extra', 'silent', 'value'] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** States of a difference: what became of it. */
export const DIFFERENCE_STATES = ['found', 'repaired', 'explained', 'held', 'failed'] as const;
export type DifferenceState = (typeof DIFFERENCE_STATES)[number];

/** The result of a comparison of a module with its mirror. Counts are of records. */
export interface ComparisonFindings {
  depth: Comparison;
  rowsCompared: number;
  /** Records that the mirror lacked. */
  missing: number;
  /** Rows of an older version. */
  stale: number;
  /** Rows that Zoho does not know. */
  extra: number;
  /** Rows with other values, of the version that Zoho has. */
  values: number;
  /** Rows with other values of fields that change without the time of modification. */
  silent: number;
  /** Records that came and went since the watermark, and so could not be in the mirror yet. */
  explained: number;
  repaired: number;
  /** Differences that wait for a person. */
  held: number;
  /** Differences that could not be repaired. */
  failed: number;
  /** Share of the compared rows that broke what the mirror had promised. */
  drift: number;
  /** When every value was compared last; null if that was never. ISO 8601. */
  valuesComparedAt: string | null;
}

/** Says in a sentence how much was compared, and in another one what came of it. */
export function describeComparison(findings: ComparisonFindings): string {
  return `${describeDepth(findings)} ${describeDifferences(findings)}`;
}

function describeDepth({ depth, rowsCompared, valuesComparedAt }: ComparisonFindings): string {
  if (depth === 'values') return `Compared every value of ${counted(rowsCompared, 'row')}.`;
  const last = valuesComparedAt === null ? 'not yet' : `last on ${valuesComparedAt.slice(0, 10)}`;
  return `Compared ids and times of ${counted(rowsCompared, 'row')}; every value ${last}.`;
}

function describeDifferences({
  missing,
  stale,
  extra,
  values,
  silent,
  repaired,
  held,
  failed,
}: ComparisonFindings): string {
  const found = [
    ...anyOf(missing, 'missing'),
    ...anyOf(stale, 'stale'),
    ...anyOf(extra, 'extra'),
    ...anyOf(values, 'with other values'),
    ...anyOf(silent, 'with values that change without the time'),
  ];
  if (found.length === 0) return 'Nothing differed that the mirror should have had.';
  const became = [
    ...anyOf(repaired, 'repaired'),
    ...anyOf(held, 'waiting for a person'),
    ...anyOf(failed, 'not repaired'),
  ];
  return `Differed: ${found.join(', ')}${became.length > 0 ? `; ${became.join(', ')}` : ''}.`;
}

function anyOf(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}
