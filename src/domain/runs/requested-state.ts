/** State that messages have requested of a run so far. */
export interface RequestedState {
  /** Temporal's own cancellation. */
  cancelled: boolean;
  paused: boolean;
}

export type DesiredState = 'stop' | 'pause' | 'run';

/** State that prevails: a cancelled run stays cancelled, and a paused one waits until somebody resumes it. */
export function desiredState({ cancelled, paused }: RequestedState): DesiredState {
  if (cancelled) return 'stop';
  return paused ? 'pause' : 'run';
}
