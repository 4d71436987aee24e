import { isFinal, type RunStatus } from './enums';
import type { RunKind } from './run';

/** Commands that a person can send to a run. */
export const RUN_ACTIONS = ['pause', 'resume', 'cancel', 'approve_sweep'] as const;
export type RunAction = (typeof RUN_ACTIONS)[number];

/** Phase of a session that waits for a person to approve its sweep. */
export const AWAITING_APPROVAL = 'awaiting approval';

/** Columns of a run's row that decide which commands it takes. */
export interface RunState {
  kind: RunKind;
  status: RunStatus;
  phase: string | null;
}

/**
 * Effect of a command on a run, judged by its row. A command that changes nothing is still passed on to the workflow,
 * which knows the state better than the row does: a repeated command, or a resume that takes back a pause.
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

/** Commands that would change the run now. */
export function actionsOf(run: RunState): RunAction[] {
  return RUN_ACTIONS.filter((action) => effectOf(action, run) === 'changes');
}
