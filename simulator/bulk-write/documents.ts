import type { Catalog } from '../data/catalog';
import type { Records } from '../store/records';
import type { Mapping, WriteJob } from './job';

/** The parts of an organization that documents of its jobs show. */
export interface JobDocumentContext {
  readonly catalog: Catalog;
  readonly records: Records;
  readonly origin: string;
  readonly zgid: string;
}

/** The path of a result, on Zoho's download host: `/v2/crm/{zgid}/bulk-write/{job}/{job}.zip`. */
function resultPath(zgid: string, jobId: string): string {
  return `/v2/crm/${zgid}/bulk-write/${jobId}/${jobId}.zip`;
}

/** A job as its status call and its callback show it (Bulk Write: Get Job Details): not wrapped in an array. */
export function jobDocument(organization: JobDocumentContext, job: WriteJob): Record<string, unknown> {
  const { operation, characterEncoding, callbackUrl, resource } = job.request;
  const { status, counts } = job;
  const module = organization.records.find(resource.module)?.module;
  return {
    status,
    character_encoding: characterEncoding,
    resource: [
      {
        status,
        type: 'data',
        module: { api_name: resource.module, id: module?.id },
        field_mappings: resource.mappings.map(mappingDocument),
        file: {
          status,
          name: resource.fileName.split('/').at(-1),
          added_count: counts.added,
          updated_count: counts.updated,
          skipped_count: counts.skipped,
          total_count: counts.total,
        },
        ignore_empty: resource.ignoreEmpty,
        find_by: resource.findBy ?? null,
        code: status,
      },
    ],
    id: job.id,
    ...(callbackUrl !== undefined && { callback: { url: callbackUrl, method: 'post' } }),
    ...(job.result && { result: { download_url: organization.origin + resultPath(organization.zgid, job.id) } }),
    created_by: creator(organization),
    operation,
    created_time: organization.catalog.zone.format(Math.floor(job.created / 1000)),
  };
}

/** The answer to a created job. */
export function creationDocument(organization: JobDocumentContext, { id }: WriteJob): Record<string, unknown> {
  return {
    status: 'success',
    code: 'SUCCESS',
    message: 'success',
    details: { id, created_by: creator(organization) },
  };
}

function creator({ catalog }: JobDocumentContext): Record<string, unknown> {
  const [user] = catalog.users;
  return { id: user?.id, name: user?.name };
}

function mappingDocument({ apiName, index, format, findBy, defaultValue }: Mapping): Record<string, unknown> {
  return {
    api_name: apiName,
    index: index ?? null,
    format: format ?? null,
    find_by: findBy ?? null,
    default_value: defaultValue === undefined ? null : { value: defaultValue },
    module: null,
    parent_column_index: null,
  };
}
