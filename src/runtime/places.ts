/** Activities that one worker runs at a time, by what they wait for. */
export interface Places {
  /** A statement or a few. */
  core: number;
  /** A handful of calls to Zoho. */
  calls: number;
  /** Calls to Zoho without end in sight. */
  scans: number;
  /** PostgreSQL. */
  loads: number;
}

/** Connections for what no activity does: the start, and looks of the housekeeping. */
const SPARE_CONNECTIONS = 2;

/**
 * Database connections that a worker needs for its places: a load holds one, a scan one for the chunk that is loaded and
 * one for its books, and of those that wait for Zoho or do one statement every second one at a time.
 */
export function connectionsFor({ core, calls, scans, loads }: Places): number {
  return loads + 2 * scans + Math.ceil(calls / 2) + Math.ceil(core / 2) + SPARE_CONNECTIONS;
}

/**
 * Size of a worker's pool.
 * @param configured as the environment says, if it does
 * @throws Error when that is too small for the places
 */
export function poolFor(places: Places, configured: number | undefined): number {
  const needed = connectionsFor(places);
  if (configured === undefined || configured >= needed) return configured ?? needed;
  throw new Error(
    `PULSE_DATABASE_POOL is ${configured}, and this worker needs ${needed} database connections for what it does at a time: ` +
      'leave it empty, or lower PULSE_API_CONCURRENCY, PULSE_SCAN_CONCURRENCY or PULSE_LOAD_CONCURRENCY.',
  );
}
