import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { resourceNotFound } from '../http/api-error';
import type { CreditLedger } from '../limits/credit-ledger';
import { PRICES } from '../limits/prices';
import type { Deliveries } from '../notifications/deliveries';
import type { SimulatorOptions } from '../options';
import type { WriteContext } from '../store/record-editor';
import { readSwitch } from '../switches';
import { jobDocument, type JobDocumentContext } from './documents';
import type { JobRequest, WriteJob } from './job';
import { resultLines } from './result-lines';
import { UploadFolder } from './upload-folder';

const FIRST_JOB_NUMBER = 5_500_000_700_000_001n;
/** Jobs remembered; the oldest finished ones are forgotten first. */
const KEPT_JOBS = 1_000;

/** The parts of an organization that a bulk write reads or changes. */
interface BulkWriteContext extends WriteContext, JobDocumentContext {
  readonly options: SimulatorOptions;
  readonly credits: CreditLedger;
  readonly deliveries: Deliveries;
}

/** A job that was ordered to fail, and after how many rows. */
interface Failure {
  readonly afterRows: number;
}

/** Bulk-write jobs of the organization: first in, first out, one running at a time (Bulk Write API). */
export class BulkWriteJobs {
  readonly files: UploadFolder;
  readonly #jobs = new Map<string, WriteJob>();
  #queue: WriteJob[] = [];
  #running: Promise<void> | undefined;
  #failures: Failure[] = [];
  #number = FIRST_JOB_NUMBER;
  #generation = 0;
  readonly #context: BulkWriteContext;

  constructor(context: BulkWriteContext) {
    this.#context = context;
    this.files = new UploadFolder(context.clock);
  }

  list(): WriteJob[] {
    return [...this.#jobs.values()];
  }

  /** Queues a job and starts it if none runs. */
  create(request: JobRequest): WriteJob {
    const job: WriteJob = {
      id: `550${String(this.#number++)}`,
      request,
      created: this.#context.clock.now(),
      status: 'ADDED',
      counts: { added: 0, updated: 0, skipped: 0, total: 0 },
    };
    this.#jobs.set(job.id, job);
    this.#forgetOldest();
    this.#queue.push(job);
    setImmediate(() => this.#startNext());
    return job;
  }

  /** @throws ApiError RESOURCE_NOT_FOUND for an unknown id */
  get(id: string): WriteJob {
    const job = this.#jobs.get(id);
    if (!job) throw resourceNotFound(`/crm/bulk/v8/write/${id}`);
    return job;
  }

  /** The result of a finished job. @throws ApiError RESOURCE_NOT_FOUND before, and seven days after */
  download(id: string): { path: string; bytes: number } {
    const { result } = this.get(id);
    if (!result || !this.files.isKept(result.completed)) throw resourceNotFound(`/crm/bulk/v8/write/${id}/result`);
    return result;
  }

  /** The next jobs to run end in FAILED; rows before `afterRows` are written nevertheless. */
  failNext(count: number, afterRows = 0): void {
    this.#failures = Array.from({ length: count }, () => ({ afterRows }));
  }

  async reset(): Promise<void> {
    this.#generation++;
    this.#jobs.clear();
    this.#queue = [];
    this.#failures = [];
    await this.#running;
    this.#running = undefined;
    await this.files.clear();
  }

  #forgetOldest(): void {
    for (const [id, { status }] of this.#jobs) {
      if (this.#jobs.size <= KEPT_JOBS) return;
      if (status === 'COMPLETED' || status === 'FAILED') this.#jobs.delete(id);
    }
  }

  #startNext(): void {
    if (this.#running) return;
    const next = this.#queue.shift();
    if (next) this.#running = this.#run(next, this.#generation);
  }

  async #run(job: WriteJob, generation: number): Promise<void> {
    const { clock, options } = this.#context;
    job.status = 'IN PROGRESS';
    const started = clock.now();
    const failure = this.#failures.shift();
    const isCancelled = (): boolean => generation !== this.#generation;
    const result = await this.#write(job, failure?.afterRows ?? Infinity, isCancelled).catch((error: unknown) => {
      if (!isCancelled()) process.stderr.write(`bulk-write job ${job.id} failed: ${String(error)}\n`);
      return undefined;
    });
    if (isCancelled()) return;
    const due = started + options.bulkJobMs + (job.counts.total / 100_000) * options.bulkJobMsPer100kRows;
    const finish = (): void => {
      if (!isCancelled()) this.#finish(job, result, failure !== undefined);
    };
    if (due <= clock.now()) finish();
    else clock.at(due, finish);
  }

  /** Writes the records and the zip with the result. Nothing when the job fails before its first row. */
  async #write(
    job: WriteJob,
    stopAfter: number,
    isCancelled: () => boolean,
  ): Promise<{ path: string; bytes: number } | undefined> {
    const { module, fileId, fileName } = job.request.resource;
    const file = this.files.get(fileId);
    if (stopAfter === 0) return undefined;
    if (!file) throw new Error('the uploaded file is gone');
    const path = await this.files.resultPath(job.id);
    const output = createWriteStream(path);
    const zip = new ZipFile();
    const lines = Readable.from(resultLines(this.#context, job, file.path, stopAfter, isCancelled), {
      objectMode: true,
      highWaterMark: 2,
    });
    lines.once('error', (error) => output.destroy(error));
    zip.addReadStream(lines, `${module}-${fileName.split('/').at(-1)}`, { compressionLevel: 1 });
    zip.end();
    await pipeline(zip.outputStream, output);
    return { path, bytes: output.bytesWritten };
  }

  #finish(job: WriteJob, result: { path: string; bytes: number } | undefined, failed: boolean): void {
    const completed = this.#context.clock.now();
    job.status = failed || !result ? 'FAILED' : 'COMPLETED';
    if (job.status === 'FAILED' && readSwitch(this.#context, 'bulkWriteRefunds')) {
      this.#context.credits.refund(PRICES.createBulkWrite, job.created);
    }
    if (result) {
      job.result = { ...result, completed };
      this.files.expire(result.path, completed);
    }
    const { callbackUrl } = job.request;
    if (callbackUrl !== undefined) {
      const body = jobDocument(this.#context, job);
      this.#context.deliveries.sendCallback({ source: 'bulk-write', subject: job.id, url: callbackUrl, body });
    }
    this.#running = undefined;
    this.#startNext();
  }
}
