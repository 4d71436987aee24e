/**
 * State of one step of a run. A step is held while the run is paused. At work it has an attempt, which we may have cut
 * short: to stand still (`stopping`), to be made again (`restarting`), or since the run is cancelled (`cancelling`).
 */
export const STEP_STATES = [
  'held',
  'working',
  'stopping',
  'restarting',
  'cancelling',
  'done',
  'failed',
  'cancelled',
] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Commands and messages that reach a step. `hint`: what the step waits for may have happened, so ask again. */
export const STEP_MESSAGES = ['pause', 'resume', 'hint', 'cancel'] as const;
export type StepMessage = (typeof STEP_MESSAGES)[number];

/**
 * Ways in which an attempt ends. `cut_short`: it stopped, or failed in a way that would have been tried again, after its
 * cancellation.
 */
export const ATTEMPT_ENDS = ['result', 'cut_short', 'failure'] as const;
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];

export type StepEvent = StepMessage | AttemptEnd;

const UNCHANGED = {} as const;

/**
 * Changes of state. Decisive is why an attempt was cut short, not what is wanted by the time it has stopped. Messages
 * and ends that are not listed change nothing.
 */
const CHANGES: Readonly<Record<StepState, Readonly<Partial<Record<StepEvent, StepState>>>>> = {
  held: { resume: 'working', cancel: 'cancelled' },
  working: {
    pause: 'stopping',
    hint: 'restarting',
    cancel: 'cancelling',
    result: 'done',
    failure: 'failed',
    // Nobody asked for it.
    cut_short: 'failed',
  },
  stopping: { resume: 'restarting', cancel: 'cancelling', result: 'done', failure: 'failed', cut_short: 'held' },
  restarting: { pause: 'stopping', cancel: 'cancelling', result: 'done', failure: 'failed', cut_short: 'working' },
  cancelling: { result: 'done', failure: 'failed', cut_short: 'cancelled' },
  done: UNCHANGED,
  failed: UNCHANGED,
  cancelled: UNCHANGED,
};

export function nextStepState(state: StepState, event: StepEvent): StepState {
  return CHANGES[state][event] ?? state;
}

/** Whether an attempt in this state has been asked to stop. */
export function isCutShort(state: StepState): boolean {
  return state === 'stopping' || state === 'restarting' || state === 'cancelling';
}
