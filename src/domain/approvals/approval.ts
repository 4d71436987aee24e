/**
 * States of what a person is asked to approve. `applying`: approved, and at work. `expired`: nobody decided in time.
 * `withdrawn`: there is nothing left to decide.
 */
export const APPROVAL_STATES = ['waiting', 'applying', 'applied', 'rejected', 'expired', 'withdrawn'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export const APPROVAL_DECISIONS = ['approve', 'reject'] as const;
export type ApprovalDecision = (typeof APPROVAL_DECISIONS)[number];

/** Way by which records were found that Zoho does not have. */
export const REMOVAL_SOURCES = ['sweep', 'delete_feed', 'notifications', 'manual_refresh'] as const;
export type RemovalSource = (typeof REMOVAL_SOURCES)[number];

/** Facts that a person is shown of records that are to leave the mirror. */
export interface ShownRemoval {
  /** Number of records. */
  count: number;
  /** Rows of the mirror. */
  rows: number;
  percent: number;
  /** Ids of some of the records. */
  sample: string[];
  /** The way by which the last of them were found. */
  source: RemovalSource;
  /** Credits for asking Zoho for each of them once more. */
  credits: number;
}

/** Days for which a removal waits for a decision. */
export const APPROVAL_DAYS = 7;
