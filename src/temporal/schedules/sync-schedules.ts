import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleDescription,
  type ScheduleHandle,
} from '@temporalio/client';
import type { DesiredSchedule, SchedulePause } from '../../domain/schedules/desired-schedule';
import type { TemporalClient } from '../client';
import { translate } from '../runs/command-errors';
import { pauseNoteOf, readPauseNote } from './pause-notes';
import {
  DEPLOYMENT_MEMO,
  fingerprintOf,
  SCHEDULE_PREFIXES,
  scheduleOptionsOf,
  SETTINGS_MEMO,
  settingsOf,
} from './sync-schedule';

/** Time in milliseconds for one call to Temporal. */
const CALL_MS = 5_000;

/** A schedule of this id belongs to another deployment in the same namespace. */
export class ForeignSchedule extends Error {
  override readonly name = 'ForeignSchedule';

  constructor(id: string) {
    super(`The schedule ${id} belongs to another deployment: give this one a namespace of its own.`);
  }
}

/** A schedule as Temporal has it. */
export interface ScheduleState {
  /** Null while it runs. */
  pause: Pick<SchedulePause, 'by' | 'reason'> | null;
  next: Date[];
  /** Whether it has other settings than it should. */
  drift: boolean;
}

/** The schedules that follow rows, in Temporal. Every method answers or fails within seconds. */
export class SyncSchedules {
  readonly #temporal: TemporalClient;

  constructor(temporal: TemporalClient) {
    this.#temporal = temporal;
  }

  /** Lists the ids of a deployment's schedules. The list may lag behind by moments. @throws TemporalUnavailable */
  async list(deployment: string): Promise<Set<string>> {
    return this.#call(async () => {
      const ids = new Set<string>();
      for await (const { scheduleId, memo } of this.#temporal.client.schedule.list()) {
        const isOurs = memo?.[DEPLOYMENT_MEMO] === deployment;
        if (isOurs && SCHEDULE_PREFIXES.some((prefix) => scheduleId.startsWith(prefix))) ids.add(scheduleId);
      }
      return ids;
    });
  }

  /** Finds a schedule; undefined if there is none yet. @throws ForeignSchedule, TemporalUnavailable */
  async find(schedule: DesiredSchedule, deployment: string): Promise<ScheduleState | undefined> {
    const found = await this.#describe(schedule.id);
    if (!found) return undefined;
    if (found.memo?.[DEPLOYMENT_MEMO] !== deployment) throw new ForeignSchedule(schedule.id);
    const { paused, note } = found.state;
    return {
      pause: paused ? readPauseNote(note) : null,
      next: found.info.nextActionTimes,
      drift: found.action.memo?.[SETTINGS_MEMO] !== fingerprintOf(schedule),
    };
  }

  /** Creates a schedule; one that came meanwhile stays. @returns whether it was created @throws TemporalUnavailable */
  async create(schedule: DesiredSchedule, deployment: string): Promise<boolean> {
    try {
      await this.#call(() => this.#temporal.client.schedule.create(scheduleOptionsOf(schedule, deployment)));
      return true;
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning) return false;
      throw error;
    }
  }

  /** Gives a schedule the settings that it should have, and leaves its pause alone. @throws TemporalUnavailable */
  async replace(schedule: DesiredSchedule): Promise<void> {
    await this.#ifThere(schedule.id, (handle) => handle.update(({ state }) => ({ ...settingsOf(schedule), state })));
  }

  /** Deletes a schedule of the deployment; its runs go on. @returns whether there was one @throws TemporalUnavailable */
  async remove(id: string, deployment: string): Promise<boolean> {
    const found = await this.#describe(id);
    if (found?.memo?.[DEPLOYMENT_MEMO] !== deployment) return false;
    return this.#ifThere(id, (handle) => handle.delete());
  }

  /** Pauses a schedule. @returns whether there is one @throws TemporalUnavailable */
  async pause(id: string, pause: Pick<SchedulePause, 'by' | 'reason'>): Promise<boolean> {
    return this.#ifThere(id, (handle) => handle.pause(pauseNoteOf(pause)));
  }

  /** Lets a paused schedule go on. @param by whom @returns whether there is one @throws TemporalUnavailable */
  async resume(id: string, by: string): Promise<boolean> {
    return this.#ifThere(id, (handle) => handle.unpause(`Resumed (${by})`));
  }

  /** Starts a run now, unless one is at work. @returns whether there is such a schedule @throws TemporalUnavailable */
  async trigger(id: string): Promise<boolean> {
    // Temporal's default lets any number of runs go on side by side.
    return this.#ifThere(id, (handle) => handle.trigger(ScheduleOverlapPolicy.SKIP));
  }

  async #describe(id: string): Promise<ScheduleDescription | undefined> {
    let found: ScheduleDescription | undefined;
    await this.#ifThere(id, async (handle) => {
      found = await handle.describe();
    });
    return found;
  }

  async #ifThere(id: string, work: (handle: ScheduleHandle) => Promise<void>): Promise<boolean> {
    try {
      await this.#call(() => work(this.#temporal.client.schedule.getHandle(id)));
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#temporal.connection.withDeadline(Date.now() + CALL_MS, work);
    } catch (error) {
      throw translate(error);
    }
  }
}
