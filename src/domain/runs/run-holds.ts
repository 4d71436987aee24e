import type { RunStatus } from './enums';

/** Reason for which a person has paused a run. */
export interface RunHolds {
  pause: string | null;
}

/** Status of a run that is under way. */
export function statusOf({ pause }: RunHolds): { status: RunStatus; pauseReason: string | null } {
  return { status: pause === null ? 'in_progress' : 'paused', pauseReason: pause };
}
