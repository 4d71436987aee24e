import { isFinal, type RunStatus } from './enums';
import type { RunKind } from './run';

/** Commands that a person can send to a run. */
export const RUN_ACTIONS = ['pause', 'resume', 'cancel', 'approve_sweep'] as const;
export type RunAction = (typeof RUN_ACTIONS)[number];

/** Phase of a session that stands still until a person approves its sweep. */
export const AWAITING_APPROVAL = 'awaiting approval';

/** Columns of a run's row that decide what can be asked of it. */
export interface RunState {
  kind: RunKind;
  status: RunStatus;
  phase: string | null;
}

/**
 * Effect of a command on a run as its row shows it. A command that changes nothing is still passed on to the workflow,
 * which knows better than a row what is under way: the repetition of a command, or a resume that takes back a pause.
 */
export function effectOf(action: RunAction, { kind, status, phase }: RunState): 'changes' | 'nothing' | 'ended' {
  if (isFinal(status)) return action === 'cancel' && status === 'cancelled' ? 'nothing' : 'ended';
  const awaitsApproval = kind === 'session' && phase === AWAITING_APPROVAL;
  const isUseful = {
    pause: status !== 'paused',
    resume: status === 'paused' && !awaitsApproval,
    cancel: true,
    approve_sweep: awaitsApproval,
  };
  return isUseful[action] ? 'changes' : 'nothing';
}

/** Commands that would change something about the run now. */
export function actionsOf(run: RunState): RunAction[] {
  return RUN_ACTIONS.filter((action) => effectOf(action, run) === 'changes');
}
