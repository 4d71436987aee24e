import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The failures of activities that the workflow itself has an answer to. The values are the activities' own. */
export const JOB_LOST = 'bulk_read.lost';
export const FIELD_REFUSED = 'bulk_read.field_refused';
export const SESSION_ENDED = 'session.ended';
export const FILE_LOST = 'bulk_write.file_lost';
export const OUTCOME_UNKNOWN = 'bulk_write.outcome_unknown';
export const VERIFICATION_FAILED = 'verification.failed';

/** The failure that an activity raised, from what the workflow caught. */
export function causeOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

export function isFailure(error: unknown, type: string): boolean {
  return causeOf(error)?.type === type;
}
