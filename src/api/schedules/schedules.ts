import { z } from 'zod';
import { readDesiredSchedules, savePause, withScheduleLocked } from '../../db/schedules/desired-schedules';
import type { DesiredSchedule } from '../../domain/schedules/desired-schedule';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { connectionFilter } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { CommandRequest } from '../sessions/schemas';
import { presentSchedules } from './present';
import { ScheduleAnswer, SchedulePage, ScheduleParams } from './schemas';

export const listSchedulesRoute = defineRoute({
  method: 'get',
  path: '/schedules',
  operationId: 'listSchedules',
  tag: 'Schedules',
  summary: 'List what the clock starts',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({ connection: connectionFilter, ...pageQuery(z.strictObject({ after: z.string().max(300) })) }),
  answers: { 200: { description: 'A page of schedules, by id.', schema: SchedulePage } },
  problems: [],
  async handle({ query, connection }, deps) {
    const all = await readDesiredSchedules(deps.knex, connection ? { connectionId: connection.id } : {});
    const sorted = all.sort((one, other) => (one.id < other.id ? -1 : 1));
    const body = await page(
      query,
      ({ limit, after = '' }) => Promise.resolve(sorted.filter(({ id }) => id > after).slice(0, limit)),
      ({ id }) => ({ after: id }),
      (rows) => presentSchedules(deps, rows),
      'schedules',
    );
    return { status: 200, body };
  },
});

export const getScheduleRoute = defineRoute({
  method: 'get',
  path: '/schedules/{id}',
  operationId: 'getSchedule',
  tag: 'Schedules',
  summary: 'Show a schedule',
  access: 'viewer',
  params: ScheduleParams,
  answers: { 200: { description: 'The schedule.', schema: ScheduleAnswer } },
  problems: ['schedule_not_found'],
  handle: async ({ params }, deps) => ({ status: 200, body: await answerOf(deps, params.id) }),
});

export const pauseSchedule = commandRoute('pause', {
  summary: 'Pause a schedule',
  description: 'Runs that are at work go on. The engine never resumes what a person has paused.',
  command: ({ schedules }, { id }, by, reason) => schedules.pause(id, { by, reason }),
  pause: (by, reason) => ({ by, reason }),
});

export const resumeSchedule = commandRoute('resume', {
  summary: 'Let a paused schedule go on',
  description: 'It begins with its next time. One of an organization that cannot be called is paused again.',
  command: ({ schedules }, { id }, by) => schedules.resume(id, by),
  pause: () => null,
});

interface ScheduleCommand {
  summary: string;
  description: string;
  /** Tells Temporal. @returns whether there is such a schedule */
  command: (deps: RouteDeps, schedule: DesiredSchedule, by: string, reason: string | null) => Promise<boolean>;
  /** The pause that the row is to know. */
  pause: (by: string, reason: string | null) => { by: string; reason: string | null } | null;
}

/** A schedule that Temporal does not have yet is created paused, or not, as its row says by then. */
function commandRoute(action: 'pause' | 'resume', { summary, description, command, pause }: ScheduleCommand) {
  return defineRoute({
    summary,
    description,
    method: 'post',
    path: `/schedules/{id}/${action}`,
    operationId: `${action}Schedule`,
    tag: 'Schedules',
    access: 'operator',
    params: ScheduleParams,
    body: CommandRequest,
    answers: { 200: { description: 'The schedule as it is now.', schema: ScheduleAnswer } },
    problems: ['schedule_not_found', 'temporal_unavailable'],
    audit: { action: `schedule.${action}`, target: ({ params }) => `schedule/${params.id}` },
    async handle({ params: { id }, body, actor }, deps) {
      const schedule = await existing(deps, id);
      await withScheduleLocked(deps.knex, id, async () => {
        await command(deps, schedule, actor, body.reason ?? null);
        await savePause(deps.knex, schedule, pause(actor, body.reason ?? null));
      });
      return { status: 200, body: await answerOf(deps, id) };
    },
  });
}

export const triggerSchedule = defineRoute({
  method: 'post',
  path: '/schedules/{id}/trigger',
  operationId: 'triggerSchedule',
  tag: 'Schedules',
  summary: 'Start now what a schedule starts',
  description: 'Also while it is paused. Nothing is started while a run of the schedule is at work.',
  access: 'operator',
  params: ScheduleParams,
  body: CommandRequest,
  answers: {
    202: { description: 'Temporal was told; `last` shows the session once it is there.', schema: ScheduleAnswer },
  },
  problems: ['schedule_not_found', 'schedule_not_ready', 'temporal_unavailable'],
  audit: { action: 'schedule.trigger', target: ({ params }) => `schedule/${params.id}` },
  async handle({ params: { id } }, deps) {
    await existing(deps, id);
    if (!(await deps.schedules.trigger(id))) {
      throw new Problem('schedule_not_ready', `The schedule ${id} is being made: try again in a minute.`);
    }
    return { status: 202, body: await answerOf(deps, id) };
  },
});

async function answerOf(deps: RouteDeps, id: string): Promise<z.infer<typeof ScheduleAnswer>> {
  const [schedule] = await presentSchedules(deps, [await existing(deps, id)]);
  if (!schedule) throw scheduleNotFound(id);
  return { schedule };
}

/** @throws Problem `schedule_not_found` */
async function existing({ knex }: RouteDeps, id: string): Promise<DesiredSchedule> {
  const [found] = await readDesiredSchedules(knex, { id });
  if (!found) throw scheduleNotFound(id);
  return found;
}

function scheduleNotFound(id: string): Problem {
  return new Problem('schedule_not_found', `There is no schedule ${id}: an active configuration makes one.`);
}
