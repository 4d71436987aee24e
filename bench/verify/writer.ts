import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchEnvironment } from '../environment';
import { mirrorTable } from '../mirror-table';
import { MODULE } from '../session-run';
import { changeRecords } from '../simulated-zoho';

/** Five times a second two records are updated, one is deleted and one comes: the rows of pages move. */
const PAUSE_MS = 200;
const UPDATED = 2;
/** More than a comparison takes, at five a second. */
const MAX_ROUNDS = 3_000;

/** People who change records of the simulated Zoho all the time. */
export class Writer {
  readonly #stop = new AbortController();
  readonly #work: Promise<number>;

  private constructor(environment: BenchEnvironment, ids: readonly string[]) {
    this.#work = write(environment, ids, this.#stop.signal);
    this.#work.catch(() => undefined);
  }

  static async start(environment: BenchEnvironment): Promise<Writer> {
    const { rows } = await environment.knex.raw<{ rows: { id: string }[] }>(
      `select id::text as id from ${await mirrorTable(environment)} order by md5(id::text || ?) limit ?`,
      [String(Date.now()), MAX_ROUNDS * (UPDATED + 1)],
    );
    return new Writer(
      environment,
      rows.map(({ id }) => id),
    );
  }

  /** @returns the number of writes and deletes */
  async stop(): Promise<number> {
    this.#stop.abort();
    return this.#work;
  }
}

async function write(environment: BenchEnvironment, ids: readonly string[], stop: AbortSignal): Promise<number> {
  const left = [...ids];
  let written = 0;
  while (!stop.aborted) {
    const [deleted, ...updated] = left.splice(0, UPDATED + 1);
    if (deleted === undefined) throw new Error('The comparisons took longer than there were records to change.');
    await changeRecords(environment, MODULE, {
      insert: { count: 1 },
      update: updated.map((id) => ({ id, Amount: written, Next_Step: `Write ${written}` })),
      delete: [deleted],
    });
    written += updated.length + 2;
    await sleep(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return written;
}
