import type { RunStatus } from './enums';

/** Reasons for which a run stands still: a person paused it, or a sweep awaits approval. Both may hold it at a time. */
export interface RunHolds {
  pause: string | null;
  approval: string | null;
}

/** Status of a run that is under way, and the reason that is shown: first the one that needs a decision. */
export function statusOf({ pause, approval }: RunHolds): { status: RunStatus; pauseReason: string | null } {
  const pauseReason = approval ?? pause;
  return { status: pauseReason === null ? 'in_progress' : 'paused', pauseReason };
}
