import { readDesiredSchedules } from '../../src/db/schedules/desired-schedules';
import type { DesiredSchedule } from '../../src/domain/schedules/desired-schedule';
import { nextIntervals, nextTimesOfDay } from '../../src/domain/schedules/next-runs';
import type { NightResult } from '../../src/temporal/contract/nightly';
import type { SkippedRun } from '../../src/temporal/contract/open-session';
import { settingsOf } from '../../src/temporal/schedules/sync-schedule';
import { Dice } from '../model/dice';
import { FAULTS } from '../model/faults';
import { Tally } from '../model/tally';
import { World } from '../model/world';
import type { Engine } from '../support/engine';
import { housekeep } from '../support/housekeeping';
import { configure } from '../support/nights';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { takeSample, type Sample } from './samples';
import { letDayPass, letHourPass } from './virtual-time';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const DAYS_PER_WEEK = 7;
/** Modules of no lookup to each other, so that what is not told of by a time of modification is their own. */
export const MODULES = ['Contacts', 'Leads'] as const;
/** Later than all records of the simulator, and before clocks are put forward in New York, over the time of the night. */
const BEGINS = Date.UTC(2026, 1, 9);
/** Most records of a module that are updated in an hour; with one that comes and one that goes, 300 changes a day. */
const UPDATED = 7;
const INBOX_MS = 120_000;

/** The start of a workflow that a schedule would make. */
interface Firing {
  at: number;
  schedule: DesiredSchedule;
}

/** End of a run, as far as it is looked at. */
type Ended = { status?: string } & Partial<Pick<SkippedRun, 'reason'> & Pick<NightResult, 'modules'>>;

/** An organization whose weeks pass in minutes: its clock, its people's work, and what its schedules start. */
export class Weeks {
  readonly samples: Sample[] = [];
  /** Differences from Zoho that were found on Sundays. */
  readonly differences: string[] = [];
  readonly #engine: Engine;
  readonly #org: Org;
  readonly #world: World;
  readonly #dice = new Dice('weeks');
  readonly #report: (line: string) => void;

  constructor(engine: Engine, org: Org, report: (line: string) => void) {
    this.#engine = engine;
    this.#org = org;
    this.#world = new World(org.zoho.simulation, MODULES, this.#dice.fork('world'), new Tally());
    this.#report = report;
  }

  /** The first full syncs, and the configurations that everything else follows from. */
  async begin(): Promise<void> {
    const org = this.#org;
    org.zoho.moveClock({ set: BEGINS });
    for (const module of MODULES) {
      await org.fullSync(module);
      await configure(org, module, { syncFrequencyMinutes: 60, verifyEvery: 'weekly' });
    }
    await housekeep(org.engine, 'followConfigurations');
    await housekeep(org.engine, 'renewChannels', org.connectionId);
  }

  async play(weeks: number): Promise<void> {
    for (let day = 0; day < weeks * DAYS_PER_WEEK; day += 1) {
      const since = new Date();
      await this.#playDay(day);
      this.samples.push(await takeSample(this.#engine, this.#org, MODULES, day, since));
      if ((day + 1) % DAYS_PER_WEEK === 0) await this.#endWeek();
      this.#report(`${JSON.stringify(this.samples.at(-1))} in ${Math.round((Date.now() - since.getTime()) / 1000)} s`);
    }
  }

  async #playDay(day: number): Promise<void> {
    const org = this.#org;
    const begins = BEGINS + day * DAY_MS;
    const firings = await firingsBetween(org, begins, begins + DAY_MS);
    const fault = this.#dice.pick(FAULTS);
    const faultyHour = this.#dice.between(0, 23);
    for (let hour = 0; hour < 24; hour += 1) {
      const ends = begins + (hour + 1) * HOUR_MS;
      const due = firings.filter(({ at }) => at >= ends - HOUR_MS && at < ends);
      org.zoho.moveClock({ set: Math.max(...due.map(({ at }) => at), ends - HOUR_MS) });
      this.#change(hour);
      if (hour === faultyHour) org.zoho.addFault(fault);
      const started = due.map((firing) => this.#start(firing));
      if (day % DAYS_PER_WEEK === 5 && hour === 12) await this.#killWorker();
      await Promise.all(started);
      await letHourPass(org);
    }
    org.zoho.clearFaults();
    await letDayPass(org);
    await housekeep(org.engine, 'forgetOldValues');
    await housekeep(org.engine, 'renewChannels', org.connectionId);
  }

  /** The work of an hour. Zoho tells of it, once a day of nothing. */
  #change(hour: number): void {
    const { zoho } = this.#org;
    if (hour === 6) zoho.addDeliveryRule({ kind: 'drop' });
    if (hour === 7) zoho.clearDeliveryRules();
    for (const module of MODULES) {
      const existing = this.#world.ids(module);
      const gone = this.#dice.pick(existing);
      const ids = this.#dice.some(existing, UPDATED).filter((id) => id !== gone);
      const text = `${hour}:${this.#dice.between(0, 999)}`;
      zoho.changeRecords(module, {
        update: ids.map((id) => ({ id, Title: text, Phone: text })),
        insert: { count: 1 },
        delete: [gone],
      });
      if (hour === 18) zoho.changeRecords(module, { restore: [gone] });
    }
  }

  /** Starts what a schedule starts, and waits for its end. */
  async #start({ at, schedule }: Firing): Promise<void> {
    const { action } = settingsOf(schedule);
    const { client } = this.#org.engine.temporal;
    const result: unknown = await client.workflow.execute(action.workflowType as string, {
      ...action,
      args: action.args as unknown[],
      workflowId: `${schedule.id}-${new Date(at).toISOString()}`,
      taskQueue: action.taskQueue,
    });
    const { status, reason, modules = [] } = result as Ended;
    // The engine reads by itself what it may not have been told of, and one session of a module is enough.
    const isFine = status === 'completed' || reason === 'track_taken' || schedule.kind === 'nightly';
    if (isFine && modules.every(({ outcome }) => outcome !== 'failed')) return;
    throw new Error(`${schedule.id} ended as ${JSON.stringify(result)}`);
  }

  async #killWorker(): Promise<void> {
    const { worker } = this.#engine;
    await worker.kill();
    await worker.start();
  }

  /** All that has changed was there to be read: nothing may differ. */
  async #endWeek(): Promise<void> {
    const { engine, connectionId } = this.#org;
    const inbox = () =>
      engine.query(
        `select from sync.notification_inbox i join sync.mirrors m on m.id = i.mirror_id where m.connection_id = ?`,
        [connectionId],
      );
    await poll(async () => (await inbox()).length === 0, {
      what: 'the inbox is empty',
      timeoutMs: INBOX_MS,
      pauseMs: 250,
    });
    for (const module of MODULES) this.differences.push(...(await this.#org.differences(module)));
  }
}

/** Starts that the schedules of an organization make in a time, as its configurations and its time zone say. */
async function firingsBetween(org: Org, from: number, to: number): Promise<Firing[]> {
  const schedules = await readDesiredSchedules(org.engine.knex, { connectionId: org.connectionId });
  return schedules
    .flatMap((schedule) => {
      const after = new Date(from - 1);
      const times =
        schedule.kind === 'nightly'
          ? nextTimesOfDay(schedule, after, 2)
          : nextIntervals(schedule.everyMinutes, schedule.offsetSeconds, after, DAY_MS / HOUR_MS + 1);
      return times.map((time) => ({ at: time.getTime(), schedule }));
    })
    .filter(({ at }) => at < to);
}
