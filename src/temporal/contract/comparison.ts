/** Says how a comparison of a module with its mirror judges what differs. JSON: it is kept in histories. */
export interface ComparisonRequest {
  /** Zoho's time up to which the mirror promised to be right; null if it promised nothing. ISO 8601. */
  promisedUntil: string | null;
  /** Whether what differs is written into the mirror. */
  repairs: boolean;
}
