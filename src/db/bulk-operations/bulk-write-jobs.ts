import type { Knex } from 'knex';
import type { BulkWriteColumn } from '../../domain/records/bulk-write-columns';
import type { BulkWriteAction } from '../../domain/runs/bulk-operations';
import { toJsonb } from '../postgres/json';

/**
 * States of a file beside Zoho's own: `PLANNED`, `UPLOADED`, `ORDERING` (the job may exist, its answer is
 * outstanding), `ORDERED`, `LOST` (Zoho no longer has the file), `UNKNOWN` (whether the job exists cannot be found
 * out).
 */
export type JobState = string;

export interface PlannedJob {
  module: string;
  action: BulkWriteAction;
  findBy: string | null;
  rows: number;
  ignoreEmpty: boolean;
  columns: BulkWriteColumn[];
}

/** A job at Zoho that writes one file of an operation, or a mass update of a view. */
export interface WriteJobRow {
  file: number;
  zohoJobId: string | null;
  state: JobState;
  /** As planned; with `fileId` and `fileName` once the file is uploaded. */
  details: PlannedJob & { fileId?: string; fileName?: string; callbackRefused?: boolean };
  /** Milliseconds since the state was last written. */
  ageMs: number;
  downloadUrl: string | null;
  /** Why Zoho gave the file up as a whole: its code. */
  failureCode: string | null;
  counts: { added: number; updated: number; skipped: number; total: number } | null;
}

type JobKind = 'write' | 'mass_update';

const COLUMNS = `page as file, zoho_job_id as "zohoJobId", state, details, result ->> 'downloadUrl' as "downloadUrl",
  (extract(epoch from now() - updated_at) * 1000)::float8 as "ageMs", result ->> 'failureCode' as "failureCode",
  result -> 'counts' as counts`;

/** Keeps what is going to be ordered. A job that is there already stays as it is. */
export async function planJob(
  knex: Knex,
  job: { connectionId: string; operationId: string; kind: JobKind; file: number; details: object },
): Promise<void> {
  await knex.raw(
    `insert into sync.bulk_jobs (connection_id, session_id, kind, page, state, details)
     values (?, ?, ?, ?, 'PLANNED', ?::jsonb) on conflict (session_id, kind, page) do nothing`,
    [job.connectionId, job.operationId, job.kind, job.file, toJsonb(job.details)],
  );
}

export async function listWriteJobs(knex: Knex, operationId: string): Promise<WriteJobRow[]> {
  const { rows } = await knex.raw<{ rows: WriteJobRow[] }>(
    `select ${COLUMNS} from sync.bulk_jobs where session_id = ? and kind in ('write', 'mass_update') order by page`,
    [operationId],
  );
  return rows;
}

/** @throws Error for a job that was never planned */
export async function getJob(knex: Knex, operationId: string, kind: JobKind, file: number): Promise<WriteJobRow> {
  const { rows } = await knex.raw<{ rows: WriteJobRow[] }>(
    `select ${COLUMNS} from sync.bulk_jobs where session_id = ? and kind = ? and page = ?`,
    [operationId, kind, file],
  );
  const [job] = rows;
  if (!job) throw new Error(`Operation ${operationId} has no planned job ${file}.`);
  return job;
}

export interface JobChanges {
  state: JobState;
  zohoJobId?: string;
  /** Added to what is kept already. */
  details?: object;
  result?: object;
  callbackHash?: Buffer;
}

export async function updateJob(
  knex: Knex,
  operationId: string,
  kind: JobKind,
  file: number,
  { state, zohoJobId, details, result, callbackHash }: JobChanges,
): Promise<void> {
  await knex.raw(
    `update sync.bulk_jobs set state = :state, zoho_job_id = coalesce(:zohoJobId, zoho_job_id),
       details = details || coalesce(:details::jsonb, '{}'), result = coalesce(:result::jsonb, result),
       callback_hash = coalesce(:callbackHash::bytea, callback_hash), updated_at = now()
     where session_id = :operationId and kind = :kind and page = :file`,
    {
      operationId,
      kind,
      file,
      state,
      zohoJobId: zohoJobId ?? null,
      details: details ? toJsonb(details) : null,
      result: result ? toJsonb(result) : null,
      callbackHash: callbackHash ?? null,
    },
  );
}

/**
 * Takes the number of a job whose order was never answered from Zoho's own call at its end.
 * @returns whether the job was waiting for it
 */
export async function adoptJob(knex: Knex, operationId: string, file: number, zohoJobId: string): Promise<boolean> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `update sync.bulk_jobs set zoho_job_id = ?, state = 'ORDERED', updated_at = now()
     where session_id = ? and kind = 'write' and page = ? and state = 'ORDERING' and zoho_job_id is null`,
    [zohoJobId, operationId, file],
  );
  return rowCount > 0;
}

/** Whether Zoho has refused, for a file of the operation, the URL that it was given for its call. */
export async function hasRefusedCallback(knex: Knex, operationId: string): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { refused: boolean }[] }>(
    `select exists (select from sync.bulk_jobs
       where session_id = ? and kind = 'write' and details @> '{"callbackRefused": true}') as refused`,
    [operationId],
  );
  return rows[0]?.refused ?? false;
}

/** The hash of the secret in the URL that Zoho was given for a file; undefined if it was given none. */
export async function findCallbackHash(knex: Knex, operationId: string, file: number): Promise<Buffer | undefined> {
  const { rows } = await knex.raw<{ rows: { hash: Buffer | null }[] }>(
    `select callback_hash as hash from sync.bulk_jobs where session_id = ? and kind = 'write' and page = ?`,
    [operationId, file],
  );
  return rows[0]?.hash ?? undefined;
}
