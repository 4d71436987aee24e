/** What messages have asked of a run so far. */
export interface Wishes {
  /** Temporal's own cancellation. */
  cancelled: boolean;
  paused: boolean;
}

export type DesiredState = 'stop' | 'pause' | 'run';

/** Which wish wins: a cancelled run never comes back, and a paused one stands still until somebody resumes it. */
export function desiredState({ cancelled, paused }: Wishes): DesiredState {
  if (cancelled) return 'stop';
  return paused ? 'pause' : 'run';
}
