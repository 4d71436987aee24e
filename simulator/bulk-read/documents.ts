import type { Records } from '../store/records';
import { rulesOf } from '../versions';
import type { Job } from './job';

const PER_PAGE = 200_000;

/** A job as its status call and its callback show it (Bulk Read: Get the Status of the Job). */
export function jobDocument(records: Records, job: Job): Record<string, unknown> {
  const { module, fields, page, criteria, cvid } = job.query;
  const result = jobResult(job);
  return {
    id: job.id,
    operation: 'read',
    state: job.state,
    ...(result && { result }),
    query: {
      module: rulesOf(job.version).bulkModuleAsText
        ? module
        : { id: records.find(module)?.module.id, api_name: module },
      fields,
      page,
      ...(criteria !== undefined && { criteria }),
      ...(cvid !== undefined && { cvid }),
    },
    ...creation(records, job),
    file_type: 'csv',
  };
}

/** The answer to a created job. */
export function creationDocument(records: Records, job: Job): Record<string, unknown> {
  return {
    status: 'success',
    code: 'ADDED_SUCCESSFULLY',
    message: 'Added successfully.',
    details: { id: job.id, operation: 'read', state: job.state, ...creation(records, job) },
  };
}

function creation(records: Records, job: Job): Record<string, unknown> {
  const [user] = records.catalog.users;
  return {
    created_by: { id: user?.id, name: user?.name },
    created_time: records.catalog.zone.format(Math.floor(job.created / 1000)),
  };
}

function reasonOf({ refusedField }: Job): Record<string, unknown> {
  if (refusedField === undefined) {
    return { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error occurred.', details: {} };
  }
  return { code: 'FIELD_NOT_SUPPORTED', message: 'the field is not supported', details: { api_name: refusedField } };
}

function jobResult(job: Job): Record<string, unknown> | undefined {
  if (job.state === 'FAILURE') {
    return { error_message: { status: 'error', ...reasonOf(job) } };
  }
  if (!job.result) return undefined;
  return {
    page: job.query.page,
    per_page: PER_PAGE,
    count: job.result.count,
    download_url: `/crm/bulk/${job.version}/read/${job.id}/result`,
    more_records: job.result.more,
    ...(job.result.nextPageToken && { next_page_token: job.result.nextPageToken }),
  };
}
