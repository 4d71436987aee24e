import { readDeployment } from '../../db/schedules/desired-schedules';
import { findLastSessions } from '../../db/schedules/last-sessions';
import type { DesiredSchedule } from '../../domain/schedules/desired-schedule';
import { nextIntervals, nextTimesOfDay } from '../../domain/schedules/next-runs';
import { TemporalUnavailable } from '../../temporal/runs/command-errors';
import { ForeignSchedule, type ScheduleState } from '../../temporal/schedules/sync-schedules';
import type { RouteDeps } from '../http/deps';
import type { Schedule } from './schemas';

const NEXT_RUNS = 5;

/** Presents schedules as Temporal has them, or as the rows want them while it does not answer. */
export async function presentSchedules(deps: RouteDeps, schedules: readonly DesiredSchedule[]): Promise<Schedule[]> {
  const [deployment, last] = await Promise.all([readDeployment(deps.knex), findLastSessions(deps.knex, schedules)]);
  return Promise.all(
    schedules.map(async (schedule) => {
      const session = last.get(schedule.id);
      return {
        ...(await stateOf(deps, schedule, deployment)),
        id: schedule.id,
        kind: schedule.kind,
        connection: schedule.connection,
        ...whenOf(schedule),
        last: session ? { ...session, at: session.at.toISOString() } : null,
      };
    }),
  );
}

function whenOf(schedule: DesiredSchedule): Pick<Schedule, 'module' | 'everyMinutes' | 'at' | 'timeZone'> {
  if (schedule.kind === 'incremental') {
    return { module: schedule.module, everyMinutes: schedule.everyMinutes, at: null, timeZone: null };
  }
  return { module: null, everyMinutes: null, at: schedule.at.slice(0, 'HH:MM'.length), timeZone: schedule.timeZone };
}

function nextRunsOf(schedule: DesiredSchedule): Date[] {
  const now = new Date();
  return schedule.kind === 'nightly'
    ? nextTimesOfDay(schedule, now, NEXT_RUNS)
    : nextIntervals(schedule.everyMinutes, schedule.offsetSeconds, now, NEXT_RUNS);
}

type State = Pick<Schedule, 'next' | 'state' | 'pausedBy' | 'reason' | 'drift' | 'source'>;

async function stateOf(
  { schedules: temporal }: RouteDeps,
  schedule: DesiredSchedule,
  deployment: string,
): Promise<State> {
  try {
    return stateInTemporal(schedule, await temporal.find(schedule, deployment));
  } catch (error) {
    if (error instanceof TemporalUnavailable) return stateInRows(schedule);
    if (error instanceof ForeignSchedule) {
      return { ...stateInTemporal(schedule, undefined), reason: error.message, drift: true };
    }
    throw error;
  }
}

function stateInTemporal(schedule: DesiredSchedule, found: ScheduleState | undefined): State {
  const { pause, next = [], drift } = found ?? { pause: schedule.pause, drift: null };
  const paused = { pausedBy: pause?.by ?? null, reason: pause?.reason ?? null };
  const state = found ? (pause ? 'paused' : 'active') : 'missing';
  return { ...paused, state, drift, next: pause ? [] : timesOf(next), source: 'temporal' };
}

function stateInRows(schedule: DesiredSchedule): State {
  const { pause } = schedule;
  return {
    state: pause ? 'paused' : 'active',
    pausedBy: pause?.by ?? null,
    reason: pause?.reason ?? null,
    drift: null,
    next: pause ? [] : timesOf(nextRunsOf(schedule)),
    source: 'database',
  };
}

function timesOf(next: readonly Date[]): string[] {
  return next.slice(0, NEXT_RUNS).map((at) => at.toISOString());
}
