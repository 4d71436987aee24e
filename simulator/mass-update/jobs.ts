import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { ApiError } from '../http/api-error';
import type { SimulatorOptions } from '../options';
import { RecordEditor, type WriteContext } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { rowsOfView, viewsOf } from '../views/custom-views';
import type { MassUpdateRequest } from './request';
import { writeRow } from './write-row';

const MAX_VIEW_ROWS = 50_000;
const FIRST_JOB_NUMBER = 5_500_000_600_000_001n;
const ROWS_PER_BATCH = 500;
/** Above it no workflows run (Mass Update Records). */
const MAX_ROWS_WITH_AUTOMATIONS = 1_000;
/** Jobs remembered; the oldest finished ones are forgotten first. */
const KEPT_JOBS = 1_000;

/** The parts of an organization that a mass update reads or changes. */
interface MassUpdateContext extends WriteContext {
  readonly options: SimulatorOptions;
}

export interface MassUpdateJob {
  readonly id: string;
  readonly module: string;
  readonly cvid: string;
  status: 'SCHEDULED' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  /** Rows of the view when the job was scheduled. */
  readonly total: number;
  updated: number;
  notUpdated: number;
  failed: number;
}

/** Mass updates of whole views (Mass Update Records): one job a view at a time, no result by record. */
export class MassUpdateJobs {
  readonly #jobs = new Map<string, MassUpdateJob>();
  #failuresToCome = 0;
  #number = FIRST_JOB_NUMBER;
  #generation = 0;
  readonly #context: MassUpdateContext;

  constructor(context: MassUpdateContext) {
    this.#context = context;
  }

  list(): MassUpdateJob[] {
    return [...this.#jobs.values()];
  }

  get(module: string, id: string): MassUpdateJob | undefined {
    const job = this.#jobs.get(id);
    return job?.module === module ? job : undefined;
  }

  /**
   * Schedules the update of the records a view shows now.
   * @throws ApiError ALREADY_SCHEDULED, INVALID_DATA, NO_RECORDS_FOUND, LIMIT_EXCEEDED
   */
  schedule(opened: OpenModule, cvid: string, request: MassUpdateRequest): MassUpdateJob {
    const rows = this.#rows(opened, cvid);
    const job: MassUpdateJob = {
      id: `550${String(this.#number++)}`,
      module: opened.module.apiName,
      cvid,
      status: 'SCHEDULED',
      total: rows.length,
      updated: 0,
      notUpdated: 0,
      failed: 0,
    };
    this.#jobs.set(job.id, job);
    this.#forgetOldest();
    const fails = this.#failuresToCome > 0;
    if (fails) this.#failuresToCome--;
    const generation = this.#generation;
    setImmediate(() => void this.#run(job, opened, fails ? [] : rows, request, fails, generation));
    return job;
  }

  /** The next jobs to be scheduled end in FAILED. */
  failNext(count: number): void {
    this.#failuresToCome = count;
  }

  reset(): void {
    this.#generation++;
    this.#jobs.clear();
    this.#failuresToCome = 0;
  }

  #rows(opened: OpenModule, cvid: string): number[] {
    const path = { api_name: 'cvid', json_path: '$.cvid' };
    const view = viewsOf(this.#context, opened.module).find(({ id }) => id === cvid);
    if (!view) throw new ApiError(400, 'INVALID_DATA', 'the cvid given seems to be invalid', path);
    const { apiName } = opened.module;
    if (this.list().some((job) => job.module === apiName && job.cvid === cvid && isActive(job))) {
      throw new ApiError(400, 'ALREADY_SCHEDULED', 'mass update is already scheduled for the view', {
        api_name: 'cvid',
      });
    }
    const rows: number[] = [];
    for (const row of rowsOfView(this.#context, opened, view)) {
      if (rows.length === MAX_VIEW_ROWS) {
        const message = 'count of records in the view exceeds the limit';
        throw new ApiError(400, 'LIMIT_EXCEEDED', message, { limit: MAX_VIEW_ROWS, ...path });
      }
      rows.push(row);
    }
    if (rows.length === 0) throw new ApiError(400, 'NO_RECORDS_FOUND', 'no records found in the view', {});
    return rows;
  }

  async #run(
    job: MassUpdateJob,
    opened: OpenModule,
    rows: readonly number[],
    request: MassUpdateRequest,
    fails: boolean,
    generation: number,
  ): Promise<void> {
    if (generation !== this.#generation) return;
    const { clock, options } = this.#context;
    const due = clock.now() + options.bulkJobMs + (job.total / 100_000) * options.bulkJobMsPer100kRows;
    job.status = 'RUNNING';
    const isLarge = job.total > MAX_ROWS_WITH_AUTOMATIONS;
    const editor = new RecordEditor(this.#context, opened, {
      notifies: !isLarge || readSwitch(this.#context, 'notificationsOfBulkWrites'),
      stamps: readSwitch(this.#context, 'modifiedByMassUpdateJob'),
      automates: !isLarge,
    });
    for (const [place, row] of rows.entries()) {
      if (opened.store.liveRow(opened.module.idOf(row)) === undefined) {
        job.notUpdated++;
      } else {
        writeRow(editor, row, request);
        job.updated++;
      }
      if ((place + 1) % ROWS_PER_BATCH !== 0) continue;
      await afterOtherWork();
      if (generation !== this.#generation) return;
    }
    if (fails) job.failed = job.total;
    const finish = (): void => {
      job.status = fails ? 'FAILED' : 'COMPLETED';
    };
    if (due <= clock.now()) finish();
    else clock.at(due, finish);
  }

  #forgetOldest(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= KEPT_JOBS) return;
      if (!isActive(job)) this.#jobs.delete(id);
    }
  }
}

function isActive({ status }: MassUpdateJob): boolean {
  return status === 'SCHEDULED' || status === 'RUNNING';
}
