import { isFinal, type RunStatus } from './enums';

/** Commands that a person can send to a run. */
export const RUN_ACTIONS = ['pause', 'resume', 'cancel'] as const;
export type RunAction = (typeof RUN_ACTIONS)[number];

/** The column of a run's row that decides which commands it takes. */
export interface RunState {
  status: RunStatus;
}

/**
 * Effect of a command on a run, judged by its row. A command that changes nothing is still passed on to the workflow,
 * which knows the state better than the row does: a repeated command, or a resume that takes back a pause.
 */
export function effectOf(action: RunAction, { status }: RunState): 'changes' | 'nothing' | 'ended' {
  if (isFinal(status)) return action === 'cancel' && status === 'cancelled' ? 'nothing' : 'ended';
  const isUseful = { pause: status !== 'paused', resume: status === 'paused', cancel: true };
  return isUseful[action] ? 'changes' : 'nothing';
}

/** Commands that would change the run now. */
export function actionsOf(run: RunState): RunAction[] {
  return RUN_ACTIONS.filter((action) => effectOf(action, run) === 'changes');
}
