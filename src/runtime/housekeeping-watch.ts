import type { Knex } from 'knex';
import { hasWaitingTasks } from '../db/maintenance/housekeeping-tasks';
import type { Logger } from '../logger';
import type { TemporalClient } from '../temporal/client';
import { isOfAnotherVersion, removeFormerSchedules, startHousekeeping } from '../temporal/housekeeping';

/** From one look at whether the house is kept to the next, in milliseconds. */
const LOOK_MS = 60_000;
/** Time in milliseconds for one call to Temporal. */
const CALL_MS = 10_000;
/** Tasks that wait so many seconds for their turn have nobody who does them, whatever Temporal says. */
const WAITED_SECONDS = 180;

interface Dependencies {
  temporal: TemporalClient;
  knex: Knex;
  logger: Logger;
  /** Of this worker. */
  version: string;
}

/** Sees to it that the house is kept, for as long as a worker is there: a terminated housekeeping, or one that Temporal has lost, is back a minute later. */
export class HousekeepingWatch {
  readonly #deps: Dependencies;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /**
   * Starts the housekeeping, in place of one of another version, and looks after it from then on.
   * @throws Error when Temporal is not reachable, or has no such namespace
   */
  async start(lookMs = LOOK_MS): Promise<this> {
    const { temporal, version } = this.#deps;
    await this.#call(async () => {
      const { client } = temporal;
      await startHousekeeping(client, version, await isOfAnotherVersion(client, version));
      await removeFormerSchedules(client);
    });
    this.#timer = setInterval(() => {
      // One at a time: the end waits for it, since a connection must not be closed under a call.
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, lookMs);
    return this;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { knex, logger, temporal, version } = this.#deps;
    try {
      const isStuck = await hasWaitingTasks(knex, WAITED_SECONDS);
      if (isStuck) logger.warn('Nobody has kept the house for minutes; it is begun anew.');
      await this.#call(() => startHousekeeping(temporal.client, version, isStuck));
    } catch (error) {
      logger.warn({ err: error }, 'It could not be made sure that the house is kept; tried again in a minute.');
    }
  }

  #call<T>(work: () => Promise<T>): Promise<T> {
    return this.#deps.temporal.connection.withDeadline(Date.now() + CALL_MS, work);
  }
}
