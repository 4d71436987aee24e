import { z } from 'zod';
import { LIMITS, massUpdateCredits } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { count, decode } from '../http/decode';
import { checkCount, checkRecordIds } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { writeOutcome, type WriteOutcome } from '../records/write-outcome';
import type { RecordInput } from '../records/write-records';

/** `COMPLETED` and `FAILED` are final; `SUSPENDED` waits for an administrator. */
export const MASS_UPDATE_STATES = ['SCHEDULED', 'QUEUED', 'RUNNING', 'SUSPENDED', 'COMPLETED', 'FAILED'] as const;
export type MassUpdateState = (typeof MASS_UPDATE_STATES)[number];

export interface MassUpdateJob {
  state: MassUpdateState;
  /** The counts add up once the job is over; Zoho does not say which records it left out. */
  totalCount: number;
  updatedCount: number;
  notUpdatedCount: number;
  failedCount: number;
  serverTime: Date;
}

const Scheduled = z.object({ data: z.tuple([z.object({ details: z.object({ job_id: z.string() }) })], z.unknown()) });
const counter = count.catch(0);
const Status = z.object({
  data: z.tuple(
    [
      z.object({
        Status: z
          .string()
          .transform((text) => text.toUpperCase())
          .pipe(z.enum(MASS_UPDATE_STATES)),
        Total_Count: counter,
        Updated_Count: counter,
        Not_Updated_Count: counter,
        Failed_Count: counter,
      }),
    ],
    z.unknown(),
  ),
});

/**
 * Gives up to 500 records the same values, at once (Zoho's documentation: Mass Update, by ids). Counted with 1 credit
 * for every hundred.
 *
 * @param update.values one field, up to three of Deals, whose metadata say `massUpdate`.
 * @param update.overWrite whether a multi-select gets the new list (true) or has it added.
 * @returns one outcome for each id, in order.
 * @throws ZohoError `request_bug` before the call if it breaks a limit.
 */
export async function massUpdateRecords(
  transport: ZohoTransport,
  module: string,
  update: { ids: readonly string[]; values: RecordInput; overWrite?: boolean | undefined },
  options?: CallOptions,
): Promise<WriteOutcome[]> {
  const { ids, values, overWrite } = update;
  const label = { operation: 'mass_update_records', module } as const;
  checkCount(label, ids.length, LIMITS.massUpdate.ids, 'ids');
  checkRecordIds(label, ids);
  checkValues(label, values);
  const request = {
    ...label,
    path: massUpdatePath(module),
    body: { data: [values], ids, over_write: overWrite },
    credits: massUpdateCredits(ids.length),
    heavy: true,
  };
  return transport.items(request, { key: 'data', count: ids.length }, options, (items, { status }) =>
    items.map((item) => writeOutcome(label, status, item, 'update')),
  );
}

/**
 * Orders a job that gives all records of a custom view the same values, 50,000 at most (Zoho's documentation: Mass
 * Update, by custom view). Counted with 50 credits. Automations do not run for 1,000 records or more.
 *
 * @throws ZohoError `rate_limited` ALREADY_SCHEDULED while another job of this view runs; `capacity` where the edition
 *   does not have it.
 */
export async function createMassUpdateJob(
  transport: ZohoTransport,
  module: string,
  update: {
    customView: string;
    values: RecordInput;
    overWrite?: boolean | undefined;
    territory?: { id: string; includeChild: boolean } | undefined;
  },
  options?: CallOptions,
): Promise<{ jobId: string; serverTime: Date }> {
  const { customView, values, overWrite, territory } = update;
  const label = { operation: 'create_mass_update_job', module } as const;
  checkRecordIds(label, [customView]);
  checkValues(label, values);
  const request = {
    ...label,
    path: massUpdatePath(module),
    body: {
      data: [values],
      cvid: customView,
      over_write: overWrite,
      territory: territory && { id: territory.id, include_child: territory.includeChild },
    },
    heavy: true,
  };
  return transport.json(request, options, (value, { status, serverTime }) => ({
    jobId: decode(Scheduled, value, label, status).data[0].details.job_id,
    serverTime,
  }));
}

/**
 * Reads the state of a mass update job (Zoho's documentation: Get Mass Update Status). 1 credit.
 *
 * @throws ZohoError `validation` for a job Zoho does not know.
 */
export async function getMassUpdateJob(
  transport: ZohoTransport,
  module: string,
  jobId: string,
  options?: CallOptions,
): Promise<MassUpdateJob> {
  const label = { operation: 'get_mass_update_job', module } as const;
  const request = { ...label, path: massUpdatePath(module), query: { job_id: jobId } };
  return transport.json(request, options, (value, { status, serverTime }) => {
    const [job] = decode(Status, value, label, status).data;
    return {
      state: job.Status,
      totalCount: job.Total_Count,
      updatedCount: job.Updated_Count,
      notUpdatedCount: job.Not_Updated_Count,
      failedCount: job.Failed_Count,
      serverTime,
    };
  });
}

function checkValues(label: CallLabel, values: RecordInput): void {
  const fields = Object.keys(values).filter((name) => values[name] !== undefined);
  checkCount(label, fields.length, LIMITS.massUpdate.fields(label.module), 'fields');
  if (fields.includes('id')) throw requestBug(label, 'the id of a record cannot be changed');
}

function massUpdatePath(module: string): string {
  return `/crm/v8/${encodeURIComponent(module)}/actions/mass_update`;
}
