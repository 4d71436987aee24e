import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchEnvironment } from '../environment';
import { mirrorTable } from '../mirror-table';
import { MODULE } from '../session-run';
import { changeRecords } from '../simulated-zoho';

const PER_SECOND = 50;
/** Interval of looks into the mirror: a change counts as seen so much later at most. */
const LOOK_MS = 25;
/** A change that is not seen by then is lost. */
const LAST_LOOK_MS = 30_000;

interface Expected {
  /** Value of `Next_Step` by which the row is known to show the change; null for a row that is to leave. */
  shows: string | null;
  since: number;
}

/** Changes of single records at Zoho, and when a database connection of our own sees them. */
export class WatchedChanges {
  /** Seconds from the change to the row. */
  readonly seconds: number[] = [];
  readonly #environment: BenchEnvironment;
  readonly #table: string;
  /** Records that were not changed yet. */
  readonly #untouched: string[];
  readonly #expected = new Map<string, Expected>();

  private constructor(environment: BenchEnvironment, table: string, untouched: string[]) {
    this.#environment = environment;
    this.#table = table;
    this.#untouched = untouched;
  }

  static async of(environment: BenchEnvironment): Promise<WatchedChanges> {
    const table = await mirrorTable(environment);
    const { rows } = await environment.knex.raw<{ rows: { id: string }[] }>(
      `select id::text as id from ${table} order by md5(id::text)`,
    );
    return new WatchedChanges(
      environment,
      table,
      rows.map(({ id }) => id),
    );
  }

  /** Changes that nobody has seen. */
  get lost(): number {
    return this.#expected.size;
  }

  /** Makes fifty changes a second, eight of ten updates, an insert, a delete, and waits until all are seen. */
  async make(seconds: number): Promise<void> {
    const made = this.#makeAll(seconds * PER_SECOND);
    let isMade = false;
    const ended = made.finally(() => (isMade = true));
    ended.catch(() => undefined);
    let until = Infinity;
    while (!isMade || (this.lost > 0 && Date.now() < until)) {
      await this.#look();
      await sleep(LOOK_MS, undefined, { signal: this.#environment.signal });
      if (isMade && until === Infinity) until = Date.now() + LAST_LOOK_MS;
    }
    await ended;
  }

  async #makeAll(count: number): Promise<void> {
    const began = performance.now();
    for (let change = 0; change < count; change += 1) {
      const early = began + (change * 1_000) / PER_SECOND - performance.now();
      if (early > 0) await sleep(early, undefined, { signal: this.#environment.signal });
      await this.#makeOne(change);
    }
  }

  async #makeOne(change: number): Promise<void> {
    const since = performance.now();
    const shows = `Change ${change} at ${since}`;
    if (change % 10 === 8) {
      const { inserted } = await this.#change({ insert: { count: 1, values: { Next_Step: shows } } });
      for (const id of inserted) this.#expected.set(id, { shows, since });
      return;
    }
    const id = this.#untouched.pop();
    if (id === undefined) throw new Error('There are too few records for so many changes.');
    const isDelete = change % 10 === 9;
    this.#expected.set(id, { shows: isDelete ? null : shows, since });
    await this.#change(isDelete ? { delete: [id] } : { update: [{ id, Next_Step: shows }] });
  }

  #change(changes: Parameters<typeof changeRecords>[2]): ReturnType<typeof changeRecords> {
    return changeRecords(this.#environment, MODULE, changes);
  }

  async #look(): Promise<void> {
    const waited = [...this.#expected];
    const { rows } = await this.#environment.knex.raw<{ rows: { id: string; shows: string | null }[] }>(
      `select id::text as id, next_step as shows from ${this.#table} where id = any(?::bigint[])`,
      [waited.map(([id]) => id)],
    );
    const now = performance.now();
    const found = new Map(rows.map(({ id, shows }) => [id, shows]));
    for (const [id, { shows, since }] of waited) {
      if (shows === null ? found.has(id) : found.get(id) !== shows) continue;
      this.#expected.delete(id);
      this.seconds.push((now - since) / 1_000);
    }
  }
}
