import { readCreateRequest } from '../bulk-read/create-request';
import { creationDocument, jobDocument } from '../bulk-read/documents';
import { type Exchange, json, type Reply } from '../http/exchange';
import type { Simulation } from '../simulation';

/** `POST /crm/bulk/v8/read`. */
export function createBulkRead(simulation: Simulation, exchange: Exchange): Reply {
  const { records, bulkRead } = simulation;
  const { query, callbackUrl } = readCreateRequest(simulation, exchange);
  const job = bulkRead.create(query, exchange.params['version'] ?? 'v8', callbackUrl);
  return json(201, { data: [creationDocument(records, job)], info: {} });
}

/** `GET /crm/bulk/v8/read/{job_id}`. */
export function getBulkRead({ records, bulkRead }: Simulation, { params }: Exchange): Reply {
  return json(200, { data: [jobDocument(records, bulkRead.get(params['job'] ?? ''))] });
}

/** `GET /crm/bulk/v8/read/{job_id}/result`: the zip. */
export function downloadBulkRead({ bulkRead }: Simulation, { params }: Exchange): Reply {
  const id = params['job'] ?? '';
  const { file, bytes } = bulkRead.download(id);
  return { status: 200, file: { path: file, name: `${id}.zip`, size: bytes } };
}
