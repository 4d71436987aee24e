import { rm } from 'node:fs/promises';
import type { VirtualClock } from '../clock';
import type { CustomFields } from '../fields/custom-fields';
import { ApiError, resourceNotFound, tooManyRequests } from '../http/api-error';
import type { Deliveries } from '../notifications/deliveries';
import type { SimulatorOptions } from '../options';
import type { StoreSnapshot } from '../store/module-store';
import type { Records } from '../store/records';
import type { SwitchBoard } from '../switches';
import { jobDocument } from './documents';
import type { ExportResult } from './export-task';
import { Exporter } from './exporter';
import type { Job, JobQuery } from './job';

const ROWS_PER_JOB = 200_000;
const RESULT_LIFE = 24 * 3_600_000;
const TOKEN_LIFE = 24 * 3_600_000;
const DOWNLOADS_PER_MINUTE = 10;
const FIRST_JOB_NUMBER = 5_500_000_900_000_001n;

/** The parts of an organization that a bulk read uses. */
interface BulkReadContext {
  readonly clock: VirtualClock;
  readonly switches: SwitchBoard;
  readonly options: SimulatorOptions;
  readonly records: Records;
  readonly customFields: CustomFields;
  readonly deliveries: Deliveries;
}

interface Continuation {
  readonly query: JobQuery;
  readonly expires: number;
}

/** Bulk-read jobs of the organization: first in, first out, one running at a time (Bulk Read API). */
export class BulkReadJobs {
  readonly #exporter = new Exporter();
  readonly #jobs = new Map<string, Job>();
  readonly #continuations = new Map<string, Continuation>();
  #queue: Job[] = [];
  #running: Job | undefined;
  #downloads: number[] = [];
  #failuresToCome = 0;
  #refusedField: string | undefined;
  #number = FIRST_JOB_NUMBER;
  #generation = 0;
  readonly #context: BulkReadContext;

  constructor(context: BulkReadContext) {
    this.#context = context;
  }

  warmUp(): void {
    this.#exporter.warmUp();
  }

  list(): Job[] {
    return [...this.#jobs.values()];
  }

  /** Queues a job and starts it if none runs. @throws ApiError TOO_MANY_REQUESTS when the queue is full */
  create(query: JobQuery, version: string, callbackUrl?: string): Job {
    const longest = this.#context.switches.read('bulkReadQueueLength');
    if (longest > 0 && this.#queue.length >= longest) throw tooManyRequests();
    const id = `550${String(this.#number++)}`;
    const job: Job = {
      id,
      query,
      version,
      created: this.#context.clock.now(),
      state: 'ADDED',
      ...(callbackUrl && { callbackUrl }),
    };
    this.#jobs.set(id, job);
    this.#queue.push(job);
    setImmediate(() => this.#startNext());
    return job;
  }

  /** @throws ApiError RESOURCE_NOT_FOUND for an unknown id */
  get(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw resourceNotFound(`/crm/bulk/v8/read/${id}`);
    return job;
  }

  /** Query that a page token continues. @throws ApiError EXPIRED_VALUE after 24 hours, INVALID_REQUEST when unknown */
  continuation(token: string): JobQuery {
    const found = this.#continuations.get(token);
    if (!found) throw new ApiError(400, 'INVALID_REQUEST', 'page token is invalid', { api_name: 'page_token' });
    if (found.expires <= this.#context.clock.now()) {
      throw new ApiError(400, this.#context.switches.read('expiredPageTokenCode'), 'Page token expired', {
        api_name: 'page_token',
      });
    }
    return found.query;
  }

  /** The file of a completed job. @throws ApiError RESOURCE_NOT_FOUND before and a day after, 429 above ten a minute */
  download(id: string): { file: string; bytes: number } {
    const job = this.get(id);
    const now = this.#context.clock.now();
    if (!job.result || job.result.completed + RESULT_LIFE <= now)
      throw resourceNotFound(`/crm/bulk/v8/read/${id}/result`);
    this.#downloads = this.#downloads.filter((at) => at > now - 60_000);
    if (this.#downloads.length >= DOWNLOADS_PER_MINUTE) throw tooManyRequests();
    this.#downloads.push(now);
    return { file: job.result.file, bytes: job.result.bytes };
  }

  /** The next jobs to run end in FAILURE; those that read the field, if one is named, and because of it. */
  failNext(count: number, refusedField?: string): void {
    this.#failuresToCome = count;
    this.#refusedField = refusedField;
  }

  async reset(): Promise<void> {
    this.#generation++;
    this.#jobs.clear();
    this.#continuations.clear();
    this.#queue = [];
    this.#running = undefined;
    this.#downloads = [];
    this.#failuresToCome = 0;
    this.#refusedField = undefined;
    await this.#exporter.close();
  }

  async close(): Promise<void> {
    await this.reset();
  }

  #startNext(): void {
    if (!this.#running) {
      const next = this.#queue.shift();
      if (next) void this.#run(next, this.#generation);
    }
    for (const waiting of this.#queue) waiting.state = 'QUEUED';
  }

  async #run(job: Job, generation: number): Promise<void> {
    this.#running = job;
    job.state = 'IN PROGRESS';
    const started = this.#context.clock.now();
    const refused = this.#refusedField;
    const fails = this.#failuresToCome > 0 && (refused === undefined || job.query.fields.includes(refused));
    if (fails) {
      this.#failuresToCome--;
      if (refused !== undefined) job.refusedField = refused;
    }
    const exported = fails
      ? undefined
      : await this.#export(job).catch((error: unknown) => this.#report(job, error, generation));
    if (generation !== this.#generation) return;
    const { bulkJobMs, bulkJobMsPer100kRows } = this.#context.options;
    const due = started + bulkJobMs + ((exported?.result.count ?? 0) / 100_000) * bulkJobMsPer100kRows;
    const finish = (): void => {
      if (generation === this.#generation) this.#finish(job, exported);
    };
    if (due <= this.#context.clock.now()) finish();
    else this.#context.clock.at(due, finish);
  }

  #report(job: Job, error: unknown, generation: number): undefined {
    if (generation === this.#generation) process.stderr.write(`bulk-read job ${job.id} failed: ${String(error)}\n`);
  }

  async #export({ id, query }: Job): Promise<{ file: string; result: ExportResult }> {
    const { catalog } = this.#context.records;
    const { seed, deals, contacts, accounts, leads, users, traps } = this.#context.options;
    const timeZone =
      this.#context.switches.read('bulkReadDatetimeOffset') === 'utc' ? 'UTC' : this.#context.options.timeZone;
    const multiselectSeparator = this.#context.switches.read('bulkReadSeparator');
    const file = await this.#exporter.fileOf(id);
    const result = await this.#exporter.run({
      jobId: id,
      file,
      data: { seed, deals, contacts, accounts, leads, users, timeZone, multiselectSeparator, traps },
      addedModules: [...catalog.requests],
      createdFields: this.#context.customFields.definitions(),
      snapshots: this.#snapshots(),
      module: query.module,
      columns: this.#columns(query),
      bom: this.#context.switches.read('bulkReadBom'),
      headerAlone: this.#context.switches.read('bulkReadEmptyFile') === 'header',
      ...(query.condition && { condition: query.condition }),
      ...(query.afterRow === undefined
        ? { skip: (query.page - 1) * ROWS_PER_JOB }
        : { skip: 0, afterRow: query.afterRow }),
      limit: ROWS_PER_JOB,
    });
    return { file, result };
  }

  /** The columns after `Id` in the order of the file. */
  #columns({ module, fields }: JobQuery): readonly string[] {
    if (this.#context.switches.read('bulkReadColumnOrder') === 'requested') return fields;
    const names = this.#context.records.find(module)?.module.columns.map(({ field }) => field.apiName) ?? [];
    const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
    return [...fields].sort((a, b) => place(a) - place(b));
  }

  #snapshots(): Record<string, StoreSnapshot> {
    const written = this.#context.records.all().filter(({ store }) => store.overlay.states !== undefined);
    return Object.fromEntries(written.map(({ module, store }) => [module.apiName, store.snapshot()]));
  }

  #finish(job: Job, exported: { file: string; result: ExportResult } | undefined): void {
    this.#running = undefined;
    const now = this.#context.clock.now();
    if (exported) {
      const more = exported.result.more || !this.#context.switches.read('bulkReadEnds');
      const token = exported.result.more ? this.#continue(job, exported.result, now) : undefined;
      job.state = 'COMPLETED';
      job.result = {
        ...exported.result,
        more,
        file: exported.file,
        completed: now,
        ...(token && { nextPageToken: token }),
      };
      this.#context.clock.at(now + RESULT_LIFE, () => void rm(exported.file, { force: true }));
    } else {
      job.state = 'FAILURE';
    }
    const { callbackUrl: url } = job;
    if (url) {
      const body = { data: [jobDocument(this.#context.records, job)] };
      this.#context.deliveries.sendCallback({ source: 'bulk-read', subject: job.id, url, body });
    }
    this.#startNext();
  }

  #continue(job: Job, result: ExportResult, now: number): string {
    const token = `${job.id}.${result.lastRow}`;
    const query: JobQuery = { ...job.query, page: job.query.page + 1, afterRow: result.lastRow };
    this.#continuations.set(token, { query, expires: now + TOKEN_LIFE });
    return token;
  }
}
