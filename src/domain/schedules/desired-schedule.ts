/** A pause of a schedule. */
export interface SchedulePause {
  at: Date;
  /** Author; `engine`, or `temporal` for somebody in the Temporal UI. */
  by: string;
  reason: string | null;
}

interface AnySchedule {
  /** Id in Temporal, by which everybody knows it. */
  id: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** The pause that the rows know; null while it runs. */
  pause: SchedulePause | null;
}

/** Starts the incremental syncs of a module. */
export interface IncrementalSchedule extends AnySchedule {
  kind: 'incremental';
  configurationId: string;
  /** Zoho's name of the module now. */
  module: string;
  key: string;
  everyMinutes: number;
  /** Seconds after the beginning of each interval. */
  offsetSeconds: number;
  jitterSeconds: number;
  catchUpMinutes: number;
}

/** Starts the night of an organization. */
export interface NightlySchedule extends AnySchedule {
  kind: 'nightly';
  /** Time of day, `HH:MM:SS`. */
  at: string;
  /** IANA name. */
  timeZone: string;
}

/** A schedule as the rows of connections and configurations want it. */
export type DesiredSchedule = IncrementalSchedule | NightlySchedule;

/** Minutes by which a missed sync may begin late, where nobody says otherwise, at least. */
const LEAST_CATCH_UP_MINUTES = 10;

/** Minutes after which a sync that could not begin in time is left to the next one. */
export function catchUpMinutesOf(everyMinutes: number, catchUpMinutes: number | null): number {
  return catchUpMinutes ?? Math.max(LEAST_CATCH_UP_MINUTES, everyMinutes);
}

/**
 * Spreads the syncs of many modules over their interval, each always at the same place.
 * @param configurationId a UUID; its last digits are random
 * @returns seconds after the beginning of each interval
 */
export function offsetSecondsOf(configurationId: string, everyMinutes: number): number {
  return Number.parseInt(configurationId.slice(-8), 16) % (everyMinutes * 60);
}
