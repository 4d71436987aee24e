import { z } from 'zod';
import type { RunRow } from '../../db/models/run';
import type { RunWait } from '../../db/runs/waits';
import { isFinal } from '../../domain/runs/enums';
import { actionsOf, RUN_ACTIONS, type RunAction } from '../../domain/runs/run-actions';
import { hasRole } from '../http/auth';
import type { TemporalUi } from '../http/deps';
import type { Principal } from '../http/route';

/** Caller that a run is shown to, and where its workflow can be looked at. */
export interface Audience {
  principal: Principal | undefined;
  temporalUi: TemporalUi;
}

export const Actions = z
  .array(z.enum(RUN_ACTIONS))
  .meta({ description: 'Commands that would change something now and that the caller may send.' });

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });

export const WaitingFor = z
  .strictObject({
    what: z.string().meta({ description: 'What the last attempt met.' }),
    since: timestamp,
    attempt: z.int().min(1),
    nextAttemptAt: timestamp,
    whatToDo: z.string(),
  })
  .nullable()
  .meta({ id: 'WaitingFor', description: 'What a run waits for before its next attempt; null while it works.' });

/** Presents the wait of a run; a paused run, or one that has ended, waits for nothing that comes by itself. */
export function presentWait(run: RunRow, wait: RunWait | undefined): z.infer<typeof WaitingFor> {
  if (!wait || isFinal(run.status) || run.status === 'paused') return null;
  const { what, since, attempt, nextAttemptAt, whatToDo } = wait;
  return { what, since: since.toISOString(), attempt, nextAttemptAt: nextAttemptAt.toISOString(), whatToDo };
}

const commandLink = z.string().nullable().meta({ description: 'null where `actions` does not list the command.' });

/** Links of a run of either kind. */
export const RUN_LINKS = {
  self: z.string(),
  pause: commandLink,
  resume: commandLink,
  cancel: commandLink,
  temporalUi: z.string().nullable().meta({ description: 'The workflow in the Temporal UI.' }),
};

/** Commands that the caller may send to the run now; none for a viewer. */
export function offeredActions(run: RunRow, { principal }: Audience): RunAction[] {
  const mayCommand = principal !== undefined && hasRole(principal, 'operator');
  return mayCommand ? actionsOf(run) : [];
}

/** @param self path of the run */
export function runLinks(self: string, run: RunRow, actions: readonly RunAction[], { temporalUi }: Audience) {
  return {
    self,
    pause: linkOf(self, 'pause', actions),
    resume: linkOf(self, 'resume', actions),
    cancel: linkOf(self, 'cancel', actions),
    temporalUi: temporalUiLink(temporalUi, run.workflowId, run.firstExecutionRunId),
  };
}

function linkOf(self: string, action: RunAction, actions: readonly RunAction[]): string | null {
  return actions.includes(action) ? `${self}/${action}` : null;
}

function temporalUiLink(ui: TemporalUi, workflowId: string | null, runId: string | null): string | null {
  if (workflowId === null) return null;
  const namespace = encodeURIComponent(ui.namespace);
  const workflow = `${ui.url.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  return runId === null ? workflow : `${workflow}/${encodeURIComponent(runId)}/history`;
}
