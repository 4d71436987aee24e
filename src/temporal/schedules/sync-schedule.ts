import { createHash } from 'node:crypto';
import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import type { DesiredSchedule, IncrementalSchedule, NightlySchedule } from '../../domain/schedules/desired-schedule';
import { ALL_MODULES, type NightlyInput } from '../contract/nightly';
import type { IncrementalSyncInput } from '../contract/sync-messages';
import { scheduledPriority } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { connectionMemo } from './connection-schedules';
import { pauseNoteOf } from './pause-notes';

/** Key of the memo that says to which deployment a schedule belongs. */
export const DEPLOYMENT_MEMO = 'deployment';
/** Key of the memo of what a schedule starts: tells which settings the schedule was made from. */
export const SETTINGS_MEMO = 'scheduleSettings';

/** A night begins up to so much later, and after an outage up to so much. */
const NIGHT_JITTER = '5m';
const NIGHT_CATCH_UP = '4h';

/** Ids of the schedules that follow rows begin with one of these. */
export const SCHEDULE_PREFIXES = ['incremental:', 'nightly:'] as const;

/** Spec, action and policies of a schedule: everything but its pause and its memo. */
export type ScheduleSettings = Pick<ScheduleOptions, 'spec' | 'action' | 'policies'>;

/** Digest of the settings of a schedule: two that are alike have the same. */
export function fingerprintOf(schedule: DesiredSchedule): string {
  return createHash('sha256')
    .update(JSON.stringify(withoutFingerprint(schedule)))
    .digest('hex')
    .slice(0, 16);
}

/** Settings of a schedule, for its creation and for every update. */
export function settingsOf(schedule: DesiredSchedule): ScheduleSettings {
  const settings = withoutFingerprint(schedule);
  const { action } = settings;
  return { ...settings, action: { ...action, memo: { ...action.memo, [SETTINGS_MEMO]: fingerprintOf(schedule) } } };
}

/** A schedule as it is created. One that the rows know as paused is created paused. */
export function scheduleOptionsOf(schedule: DesiredSchedule, deployment: string): ScheduleOptions {
  const { id: scheduleId, connectionId, pause } = schedule;
  return {
    scheduleId,
    ...settingsOf(schedule),
    memo: { ...connectionMemo(connectionId), [DEPLOYMENT_MEMO]: deployment },
    ...(pause && { state: { paused: true, note: pauseNoteOf(pause) } }),
  };
}

/** Seconds as the SDK reads spans of time. */
function seconds(count: number): `${number}s` {
  return `${count}s`;
}

function withoutFingerprint(schedule: DesiredSchedule): ScheduleSettings {
  return schedule.kind === 'nightly' ? nightlySettings(schedule) : incrementalSettings(schedule);
}

function nightlySettings({ id, connectionId, connection, at, timeZone }: NightlySchedule): ScheduleSettings {
  const [hour = 0, minute = 0, second = 0] = at.split(':').map(Number);
  const input: NightlyInput = { connectionId, connection, module: ALL_MODULES, trigger: 'schedule', options: {} };
  return {
    spec: { calendars: [{ hour, minute, second }], timezone: timeZone, jitter: NIGHT_JITTER },
    action: {
      type: 'startWorkflow',
      workflowType: 'nightlySync',
      // Temporal adds the time of the run.
      workflowId: id,
      taskQueue: TASK_QUEUES.core,
      args: [input],
      typedSearchAttributes: runAttributes(connection, ALL_MODULES, 'nightly'),
      ...scheduledPriority('nightly', connection),
      staticSummary: `Nightly sync of ${connection}`,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: NIGHT_CATCH_UP },
  };
}

function incrementalSettings(schedule: IncrementalSchedule): ScheduleSettings {
  const { id, connectionId, connection, configurationId, module, key, jitterSeconds } = schedule;
  const input: IncrementalSyncInput = {
    connectionId,
    connection,
    module,
    ...(key !== module && { key }),
    trigger: 'schedule',
    configurationId,
    options: {},
  };
  return {
    spec: {
      intervals: [{ every: seconds(schedule.everyMinutes * 60), offset: seconds(schedule.offsetSeconds) }],
      jitter: seconds(jitterSeconds),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'incrementalSync',
      // Temporal adds the time of the run.
      workflowId: id,
      taskQueue: TASK_QUEUES.core,
      args: [input],
      typedSearchAttributes: runAttributes(connection, module, 'incremental_sync'),
      ...scheduledPriority('incremental_sync', connection),
      staticSummary: `Incremental sync of ${module} (${connection}), by schedule`,
    },
    // One run covers any number of missed ones. Without a limit Temporal makes up for a year of them.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: seconds(schedule.catchUpMinutes * 60) },
  };
}
