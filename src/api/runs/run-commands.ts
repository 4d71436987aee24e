import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { z } from 'zod';
import type { RunRow } from '../../db/models/run';
import { closeRun } from '../../db/runs/close-run';
import type { RunKind } from '../../domain/runs/run';
import { effectOf, type RunAction } from '../../domain/runs/run-actions';
import { SyncWorkflowNotRunning } from '../../temporal/runs/command-errors';
import { type WorkflowTarget, type SyncUpdate } from '../../temporal/runs/sync-commands';
import type { RouteDeps } from '../http/deps';
import { idempotencyHeader } from '../http/parameters';
import { Problem, type ProblemCode } from '../http/problem';
import { defineRoute, type Principal, type Route, type RouteAnswer } from '../http/route';
import type { Tag } from '../http/tags';
import { CommandRequest } from '../sessions/schemas';

/** Runs of one kind, as their routes address and show them. */
export interface CommandedRuns<Answer> {
  kind: RunKind;
  /** Path of one run, with `{id}`. */
  path: string;
  tag: Tag;
  /** Ends the routes' operation ids, as in `pauseSession`. */
  name: string;
  /** Names a run in texts. */
  noun: string;
  /** Begins the action and the target in the audit log. */
  auditName: string;
  params: z.ZodType<{ id: string }>;
  answer: z.ZodType<Answer, Answer>;
  cancelDescription: string;
  problems: { notFound: ProblemCode; finished: ProblemCode };
  find(knex: Knex, id: string): Promise<RunRow>;
  present(deps: RouteDeps, principal: Principal | undefined, id: string): Promise<Answer>;
}

/** Routes that send commands to runs of one kind. */
export interface RunCommands {
  pause: Route;
  resume: Route;
  cancel: Route;
}

export function runCommands<Answer>(runs: CommandedRuns<Answer>): RunCommands {
  return {
    pause: updateRoute(runs, 'pause', `Pause a ${runs.noun} at its next safe point`),
    resume: updateRoute(runs, 'resume', `Resume a paused ${runs.noun}`),
    cancel: cancelRoute(runs),
  };
}

function updateRoute<Answer>(runs: CommandedRuns<Answer>, update: SyncUpdate, summary: string): Route {
  const { notFound, finished } = runs.problems;
  return defineRoute({
    ...commonOf(runs, update),
    operationId: `${update}${runs.name}`,
    summary,
    headers: idempotencyHeader('command'),
    problems: [notFound, finished, 'command_refused', 'workflow_not_running', 'no_worker', 'temporal_unavailable'],
    async handle({ params, body, headers, actor, principal }, deps) {
      const run = await runs.find(deps.knex, params.id);
      assertActive(runs, run, update);
      const command = { by: actor, ...(body.reason !== undefined && { reason: body.reason }) };
      const updateId = updateIdOf(update, actor, run.id, headers['idempotency-key']);
      const isInEffect = await deps.commands.update(targetOf(runs, run), update, command, updateId);
      return answer(runs, deps, principal, run.id, isInEffect ? 200 : 202);
    },
  });
}

function cancelRoute<Answer>(runs: CommandedRuns<Answer>): Route {
  const { notFound, finished } = runs.problems;
  return defineRoute({
    ...commonOf(runs, 'cancel'),
    operationId: `cancel${runs.name}`,
    summary: `Cancel a ${runs.noun}`,
    description: runs.cancelDescription,
    problems: [notFound, finished, 'temporal_unavailable'],
    async handle({ params, body, actor, principal }, deps) {
      const run = await runs.find(deps.knex, params.id);
      if (effectOf('cancel', run) === 'nothing') return answer(runs, deps, principal, run.id, 200);
      assertActive(runs, run, 'cancel');
      try {
        await deps.commands.cancel(targetOf(runs, run));
        return await answer(runs, deps, principal, run.id, 202);
      } catch (error) {
        if (!(error instanceof SyncWorkflowNotRunning)) throw error;
        const reason = body.reason ?? `Cancelled by ${actor}; no workflow was running.`;
        await closeRun(deps.knex, { kind: runs.kind, id: run.id }, { status: 'cancelled', reason });
        return answer(runs, deps, principal, run.id, 200);
      }
    },
  });
}

function commonOf<Answer>(
  { path, tag, params, noun, auditName, answer: schema }: CommandedRuns<Answer>,
  pathName: string,
) {
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

function assertActive(
  { kind, noun, problems }: Pick<CommandedRuns<unknown>, 'kind' | 'noun' | 'problems'>,
  { id, status }: RunRow,
  action: RunAction,
): void {
  if (effectOf(action, { status }) !== 'ended') return;
  throw new Problem(problems.finished, `The ${noun} ${id} is ${status}.`, kind === 'session' ? { sessionId: id } : {});
}

/** @throws Problem `workflow_not_running` */
function targetOf(
  { noun }: Pick<CommandedRuns<unknown>, 'noun'>,
  { workflowId, firstExecutionRunId }: RunRow,
): WorkflowTarget {
  if (workflowId === null) throw new Problem('workflow_not_running', `The ${noun} has no workflow.`);
  return { workflowId, ...(firstExecutionRunId !== null && { firstExecutionRunId }) };
}

async function answer<Answer, Status extends 200 | 202>(
  runs: CommandedRuns<Answer>,
  deps: RouteDeps,
  principal: Principal | undefined,
  id: string,
  status: Status,
): Promise<RouteAnswer<Status, Answer>> {
  return { status, body: await runs.present(deps, principal, id) };
}

/**
 * Id under which Temporal takes an Update once. Without an idempotency key every request is a command of its own: a
 * caller may send the same request id with a pause and with the resume after it.
 */
function updateIdOf(update: SyncUpdate, actor: string, runId: string, key: string | undefined): string {
  if (key === undefined) return `${update}-${randomUUID()}`;
  const scope = JSON.stringify([actor, runId, key]);
  return `${update}-${createHash('sha256').update(scope).digest('hex')}`;
}
