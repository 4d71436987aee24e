import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

/** A job that Zoho runs for a session, under a number that the session gives its pages. */
export interface BulkReadJobRow {
  zohoJobId: string;
  state: string;
  /** Zoho's time when the job was ordered. ISO 8601. */
  orderedAt: string;
  /** Number of times the page's job has been submitted. */
  orders: number;
  downloadUrl: string | null;
  /** Rows of the export, once it is ready. */
  rows: number | null;
}

export async function findBulkReadJob(
  knex: Knex,
  sessionId: string,
  page: number,
): Promise<BulkReadJobRow | undefined> {
  const answer = await knex.raw<{ rows: BulkReadJobRow[] }>(
    `select zoho_job_id as "zohoJobId", state, details ->> 'orderedAt' as "orderedAt",
       (details ->> 'orders')::int as orders, result ->> 'downloadUrl' as "downloadUrl",
       (result ->> 'count')::int as rows
     from sync.bulk_jobs where session_id = ? and kind = 'read' and page = ?`,
    [sessionId, page],
  );
  return answer.rows[0];
}

export interface SubmittedBulkRead {
  connectionId: string;
  sessionId: string;
  page: number;
  zohoJobId: string;
  state: string;
  orderedAt: string;
}

/** Remembers a job. A page that is ordered again replaces the job that was lost. */
export async function saveSubmittedBulkRead(knex: Knex, job: SubmittedBulkRead): Promise<void> {
  await knex.raw(
    `insert into sync.bulk_jobs as job (connection_id, session_id, kind, page, zoho_job_id, state, details)
     values (:connectionId, :sessionId, 'read', :page, :zohoJobId, :state,
       jsonb_build_object('orderedAt', :orderedAt::text, 'orders', 1))
     on conflict (session_id, kind, page) do update set
       zoho_job_id = excluded.zoho_job_id, state = excluded.state, result = null, updated_at = now(),
       details = excluded.details || jsonb_build_object('orders', (job.details ->> 'orders')::int + 1)`,
    { ...job },
  );
}

export async function updateBulkReadJob(
  knex: Knex,
  sessionId: string,
  page: number,
  state: string,
  result: object | null = null,
): Promise<void> {
  await knex.raw(
    `update sync.bulk_jobs set state = ?, result = coalesce(?::jsonb, result), updated_at = now()
     where session_id = ? and kind = 'read' and page = ?`,
    [state, result && toJsonb(result), sessionId, page],
  );
}
