/** Rows of a module, counted on both sides while others write. */
export interface CountTerms {
  /** Zoho's count before the mirror was counted; `z1`. */
  zohoRows: number;
  /** Zoho's count afterwards, if the first one did not explain the mirror's; `z2`. */
  zohoRowsAfter?: number;
  /** Rows of the mirror; `n`. */
  mirrorRows: number;
  /** Rows of the mirror that came or went in the moments before the second count; `y`. */
  movedRows?: number;
  /** Records that are in quarantine only; `q`. */
  unmirroredRows: number;
  /** Rows that Zoho does not have and that stay until a person agrees to their removal; `h`. */
  heldRows?: number;
}

export const COUNT_OUTCOMES = ['agreed', 'known', 'unexplained'] as const;
type CountOutcome = (typeof COUNT_OUTCOMES)[number];

/** Result of a count. */
export interface CountVerdict {
  /** Rows that Zoho counts more than the mirror accounts for; fewer if negative. 0 where some count of Zoho's is met. */
  difference: number;
  /**
   * - `agreed`: no difference, or one that what came and went at that moment explains.
   * - `known`: a difference that was looked into before and stayed.
   * - `unexplained`: any other.
   */
  outcome: CountOutcome;
}

/**
 * Tells whether the counts of both sides fit together: `min(z1, z2) - y <= n + q - h <= max(z1, z2) + y`. In a module that
 * nobody works in, both have to be equal. A loss that is smaller than what came and went in the last moments is not seen;
 * a comparison of all rows sees it.
 * @param known a difference that nothing could explain before
 */
export function explainCounts(counts: CountTerms, known = 0): CountVerdict {
  const { zohoRows, zohoRowsAfter = zohoRows, mirrorRows, unmirroredRows, heldRows = 0, movedRows = 0 } = counts;
  const accounted = mirrorRows + unmirroredRows - heldRows;
  const missing = Math.min(zohoRows, zohoRowsAfter) - accounted;
  const surplus = accounted - Math.max(zohoRows, zohoRowsAfter);
  const difference = missing > 0 ? missing : surplus > 0 ? -surplus : 0;
  if (Math.abs(difference) <= movedRows) return { difference, outcome: 'agreed' };
  const isKnown = known !== 0 && Math.abs(difference - known) <= movedRows;
  return { difference, outcome: isKnown ? 'known' : 'unexplained' };
}
