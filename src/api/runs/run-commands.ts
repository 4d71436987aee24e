import type { Knex } from 'knex';
import type { z } from 'zod';
import type { RunRow } from '../../db/models/run';
import { closeRun } from '../../db/runs/close-run';
import { isFinal } from '../../domain/runs/enums';
import type { RunKind } from '../../domain/runs/run';
import { SyncWorkflowNotRunning, type SyncTarget, type SyncUpdate } from '../../temporal/control/sync-control';
import type { RouteDeps } from '../http/deps';
import { Problem, type ProblemCode } from '../http/problem';
import { defineRoute, type Route, type RouteAnswer } from '../http/route';
import { CommandRequest } from '../sessions/schemas';

/** Runs of one kind, as their routes address and show them. */
export interface CommandedRuns {
  kind: RunKind;
  /** Path of one run, with `{id}`. */
  path: string;
  tag: string;
  /** Ends the routes' operation ids, as in `pauseSession`. */
  name: string;
  /** Names a run in texts. */
  noun: string;
  /** Begins the action and the target in the audit log. */
  auditName: string;
  params: z.ZodType<{ id: string }>;
  answer: z.ZodType;
  cancelDescription: string;
  problems: { notFound: ProblemCode; finished: ProblemCode };
  find(knex: Knex, id: string): Promise<RunRow>;
  present(deps: RouteDeps, id: string): Promise<unknown>;
}

type CommandRoute = Route<{ id: string }, unknown, z.infer<typeof CommandRequest>>;

/** Routes that send commands to runs of one kind. */
export interface RunCommands {
  pause: CommandRoute;
  resume: CommandRoute;
  cancel: CommandRoute;
  /** The route of any other command that the workflow takes as an Update. */
  update(pathName: string, update: SyncUpdate, operationId: string, summary: string): CommandRoute;
}

export function runCommands(runs: CommandedRuns): RunCommands {
  const update: RunCommands['update'] = (pathName, name, operationId, summary) =>
    updateRoute(runs, pathName, name, operationId, summary);
  return {
    pause: update('pause', 'pause', `pause${runs.name}`, `Pause a ${runs.noun} at its next safe point`),
    resume: update('resume', 'resume', `resume${runs.name}`, `Resume a paused ${runs.noun}`),
    cancel: cancelRoute(runs),
    update,
  };
}

function updateRoute(
  runs: CommandedRuns,
  pathName: string,
  update: SyncUpdate,
  operationId: string,
  summary: string,
): CommandRoute {
  const { notFound, finished } = runs.problems;
  return defineRoute({
    ...commonOf(runs, pathName),
    operationId,
    summary,
    problems: [notFound, finished, 'command_refused', 'workflow_not_running', 'no_worker', 'temporal_unavailable'],
    async handle({ params, body, principal, requestId }, deps): Promise<RouteAnswer> {
      const run = await runs.find(deps.knex, params.id);
      assertActive(runs, run);
      const command = {
        by: principal?.actor ?? 'anonymous',
        ...(body.reason !== undefined && { reason: body.reason }),
      };
      const isInEffect = await deps.control.update(targetOf(runs, run), update, command, requestId);
      return answer(runs, deps, run.id, isInEffect ? 200 : 202);
    },
  });
}

function cancelRoute(runs: CommandedRuns): CommandRoute {
  const { notFound, finished } = runs.problems;
  return defineRoute({
    ...commonOf(runs, 'cancel'),
    operationId: `cancel${runs.name}`,
    summary: `Cancel a ${runs.noun}`,
    description: runs.cancelDescription,
    problems: [notFound, finished, 'temporal_unavailable'],
    async handle({ params, body, principal }, deps): Promise<RouteAnswer> {
      const run = await runs.find(deps.knex, params.id);
      if (run.status === 'cancelled') return answer(runs, deps, run.id, 200);
      assertActive(runs, run);
      try {
        await deps.control.cancel(targetOf(runs, run));
        return await answer(runs, deps, run.id, 202);
      } catch (error) {
        if (!(error instanceof SyncWorkflowNotRunning)) throw error;
        const reason = body.reason ?? `Cancelled by ${principal?.actor ?? 'anonymous'}; no workflow was running.`;
        await closeRun(deps.knex, { kind: runs.kind, id: run.id }, { status: 'cancelled', reason });
        return answer(runs, deps, run.id, 200);
      }
    },
  });
}

function commonOf({ path, tag, params, noun, auditName, answer: schema }: CommandedRuns, pathName: string) {
  return {
    method: 'post',
    path: `${path}/${pathName}`,
    tag,
    access: 'operator',
    params,
    body: CommandRequest,
    answers: {
      200: { description: `Done: the ${noun} as it is now.`, schema },
      202: { description: 'Accepted; it takes effect at the next safe point.', schema },
    },
    audit: {
      action: `${auditName}.${pathName}`,
      target: (request: { params: { id: string } }) => `${auditName}/${request.params.id}`,
    },
  } as const;
}

function assertActive({ kind, noun, problems }: CommandedRuns, { id, status }: RunRow): void {
  if (!isFinal(status)) return;
  throw new Problem(problems.finished, `The ${noun} ${id} is ${status}.`, kind === 'session' ? { sessionId: id } : {});
}

/** @throws Problem `workflow_not_running` */
function targetOf({ noun }: CommandedRuns, { workflowId, firstExecutionRunId }: RunRow): SyncTarget {
  if (workflowId === null) throw new Problem('workflow_not_running', `The ${noun} has no workflow.`);
  return { workflowId, ...(firstExecutionRunId !== null && { firstExecutionRunId }) };
}

async function answer(runs: CommandedRuns, deps: RouteDeps, id: string, status: 200 | 202): Promise<RouteAnswer> {
  return { status, body: await runs.present(deps, id) };
}
