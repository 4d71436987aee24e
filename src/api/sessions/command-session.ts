import type { SyncSessionModel } from '../../db/models/sync-session';
import { viewSession } from '../../db/sessions/session-view';
import { closeSession, getSession } from '../../db/sessions/sessions';
import { isFinal } from '../../domain/runs/enums';
import { SyncWorkflowNotRunning, type SyncTarget, type SyncUpdate } from '../../temporal/control/sync-control';
import type { RouteDeps } from '../http/deps';
import { SessionParams } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute, type RouteAnswer } from '../http/route';
import { presentSessionAnswer } from './present';
import { CommandRequest, SessionAnswer } from './schemas';

const common = {
  method: 'post',
  tag: 'Sessions',
  access: 'operator',
  params: SessionParams,
  body: CommandRequest,
} as const;

const ANSWERS = {
  200: { description: 'Done: the session as it is now.', schema: SessionAnswer },
  202: { description: 'Accepted; it takes effect at the next safe point.', schema: SessionAnswer },
} as const;

const COMMAND_PROBLEMS = [
  'session_not_found',
  'session_finished',
  'command_refused',
  'workflow_not_running',
  'no_worker',
  'temporal_unavailable',
] as const;

export const pauseSession = updateRoute('pause', 'pause', 'Pause a session at its next safe point');
export const resumeSession = updateRoute('resume', 'resume', 'Let a paused session go on');
export const approveSweep = updateRoute(
  'approve-sweep',
  'approveSweep',
  'Approve a sweep that stopped because it would delete much of the module',
);

export const cancelSession = defineRoute({
  ...common,
  path: '/sessions/{id}/cancel',
  operationId: 'cancelSession',
  summary: 'Cancel a session',
  description: 'What is in the mirror stays there. Cancelling a cancelled session changes nothing.',
  answers: ANSWERS,
  problems: ['session_not_found', 'session_finished', 'temporal_unavailable'],
  audit: { action: 'session.cancel', target: ({ params }) => `session/${params.id}` },
  async handle({ params, body, principal }, deps): Promise<RouteAnswer> {
    const session = await getSession(deps.knex, params.id);
    if (session.status === 'cancelled') return answer(deps, session.id, 200);
    assertActive(session);
    try {
      await deps.control.cancel(targetOf(session));
      return await answer(deps, session.id, 202);
    } catch (error) {
      if (!(error instanceof SyncWorkflowNotRunning)) throw error;
      const reason = body.reason ?? `Cancelled by ${principal?.actor ?? 'anonymous'}; no workflow was running.`;
      await closeSession(deps.knex, session.id, { status: 'cancelled', reason });
      return answer(deps, session.id, 200);
    }
  },
});

function updateRoute(pathName: string, update: SyncUpdate, summary: string) {
  return defineRoute({
    ...common,
    path: `/sessions/{id}/${pathName}`,
    operationId: update === 'approveSweep' ? update : `${update}Session`,
    summary,
    answers: ANSWERS,
    problems: COMMAND_PROBLEMS,
    audit: { action: `session.${pathName}`, target: ({ params }) => `session/${params.id}` },
    async handle({ params, body, principal, requestId }, deps): Promise<RouteAnswer> {
      const session = await getSession(deps.knex, params.id);
      assertActive(session);
      const command = {
        by: principal?.actor ?? 'anonymous',
        ...(body.reason !== undefined && { reason: body.reason }),
      };
      const inEffect = await deps.control.update(targetOf(session), update, command, requestId);
      return answer(deps, session.id, inEffect ? 200 : 202);
    },
  });
}

function assertActive({ id, status }: SyncSessionModel): void {
  if (isFinal(status)) throw new Problem('session_finished', `Session ${id} is ${status}.`, { sessionId: id });
}

/** @throws Problem `workflow_not_running` */
function targetOf({ workflowId, firstExecutionRunId }: SyncSessionModel): SyncTarget {
  if (workflowId === null) throw new Problem('workflow_not_running', 'The session has no workflow.');
  return { workflowId, ...(firstExecutionRunId !== null && { firstExecutionRunId }) };
}

async function answer({ knex, temporalUi }: RouteDeps, id: string, status: 200 | 202): Promise<RouteAnswer> {
  const view = await viewSession(knex, await getSession(knex, id));
  return { status, body: presentSessionAnswer(view, temporalUi) };
}
