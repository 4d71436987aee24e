import type { CountTerms, CountVerdict } from '../mirror/explain-counts';

/** Both sides of a module were counted. */
export interface CountVerification extends CountTerms {
  kind: 'counts';
  /** When they were counted, by Zoho's clock. ISO 8601. */
  at: string;
  outcome: CountVerdict['outcome'];
  /** Rows that Zoho counts more than the mirror accounts for, fewer if negative; absent where the counts agree. */
  unexplained?: number;
}

/** All changes were read, and none of them adds or removes a row: the last count still holds. */
export interface ChangesRead {
  kind: 'changes';
}

/** Result of the check at the end of a session. JSON: its row and its workflow's history hold it. */
export type Verification = CountVerification | ChangesRead;
