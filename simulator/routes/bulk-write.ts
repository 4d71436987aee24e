import { readCreateRequest } from '../bulk-write/create-request';
import { creationDocument, jobDocument } from '../bulk-write/documents';
import { ApiError, invalidData, resourceNotFound } from '../http/api-error';
import { type Exchange, header, json, type Reply } from '../http/exchange';
import { multipartParts } from '../http/multipart';
import type { Simulation } from '../simulation';

const MAX_ZIP_BYTES = 25 * 1024 * 1024;

/** `POST /crm/v8/upload` on Zoho's content host (Bulk Write: Upload File). */
export async function uploadFile(simulation: Simulation, exchange: Exchange): Promise<Reply> {
  const feature = requiredHeader(exchange, 'feature');
  const organization = requiredHeader(exchange, 'x-crm-org');
  if (feature !== 'bulk-write') {
    throw new ApiError(400, 'NOT_SUPPORTED_FEATURE', 'the feature is not supported', { feature });
  }
  if (organization !== simulation.zgid) throw invalidData('Invalid data - x-crm-org', { api_name: 'x-crm-org' });
  const part = multipartParts(exchange).find(({ name }) => name === 'file');
  if (!part) throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'Required key file is not available', { api_name: 'file' });
  if (part.content.length > MAX_ZIP_BYTES) {
    throw invalidData('Import file size should be less than 25 mb.', { api_name: 'file' });
  }
  const { bulkWrite, catalog } = simulation;
  const file = await bulkWrite.files.add(part.content);
  if (!file) throw new ApiError(400, 'INVALID_FILE_FORMAT', 'invalid file format. only zip format is supported');
  return json(200, {
    status: 'success',
    code: 'FILE_UPLOAD_SUCCESS',
    message: 'file uploaded.',
    details: { file_id: file.id, created_time: catalog.zone.format(Math.floor(file.created / 1000)) },
  });
}

/** `POST /crm/bulk/v8/write` (Bulk Write: Create Job). */
export async function createBulkWrite(simulation: Simulation, exchange: Exchange): Promise<Reply> {
  const request = await readCreateRequest(simulation, exchange);
  return json(201, creationDocument(simulation, simulation.bulkWrite.create(request)));
}

/** `GET /crm/bulk/v8/write/{job_id}` (Bulk Write: Get Job Details). */
export function getBulkWrite(simulation: Simulation, { params }: Exchange): Reply {
  return json(200, jobDocument(simulation, simulation.bulkWrite.get(params['job'] ?? '')));
}

/** `GET /v2/crm/{zgid}/bulk-write/{job_id}/{job_id}.zip` on Zoho's download host: the zip with the result. */
export function downloadBulkWrite({ bulkWrite, zgid }: Simulation, { params, path }: Exchange): Reply {
  const { job = '', zgid: given, file: name = '' } = params;
  if (given !== zgid || name !== `${job}.zip`) throw resourceNotFound(path);
  const { path: file, bytes } = bulkWrite.download(job);
  return { status: 200, file: { path: file, name, size: bytes } };
}

function requiredHeader(exchange: Exchange, name: string): string {
  const value = header(exchange, name);
  if (value !== undefined && value !== '') return value;
  throw new ApiError(400, 'MANDATORY_NOT_FOUND', `Required key ${name} is not available`, { api_name: name });
}
