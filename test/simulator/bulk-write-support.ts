import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { type Answer, parseCsv, type TestBed, unzipSingle } from './support';

export const ORGANIZATION = '700001';

/** The status of a bulk-write job, read loosely. */
export interface WriteStatus {
  readonly status: string;
  readonly result?: { readonly download_url: string };
  readonly resource: readonly { readonly file: Record<string, unknown>; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

/** A zip with one file. */
export function zipOf(content: string | Buffer, name = 'rows.csv'): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
}

/** Uploads a file as Zoho wants it, with other headers where given. */
export async function upload(bed: TestBed, file: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(file)]), 'rows.zip');
  const response = await fetch(`${bed.simulator.url}/crm/v8/upload`, {
    method: 'POST',
    headers: {
      Authorization: `Zoho-oauthtoken ${bed.token}`,
      feature: 'bulk-write',
      'X-CRM-ORG': ORGANIZATION,
      ...headers,
    },
    body: form,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Answer['body'] };
}

export async function uploadCsv(bed: TestBed, csv: string | Buffer): Promise<string> {
  return String((await upload(bed, await zipOf(csv))).body.details?.['file_id']);
}

export async function createJob(
  bed: TestBed,
  csv: string | Buffer,
  resource: Record<string, unknown>,
  job: Record<string, unknown> = {},
): Promise<Answer> {
  const data = { type: 'data', file_id: await uploadCsv(bed, csv), file_names: ['rows.csv'], ...resource };
  return bed.call('/crm/bulk/v8/write', { method: 'POST', json: { operation: 'insert', resource: [data], ...job } });
}

export async function statusOf(bed: TestBed, id: unknown): Promise<WriteStatus> {
  return (await bed.call(`/crm/bulk/v8/write/${String(id)}`)).body as unknown as WriteStatus;
}

/** Runs a job to its end. */
export async function runBulkWrite(
  bed: TestBed,
  csv: string | Buffer,
  resource: Record<string, unknown>,
  job: Record<string, unknown> = {},
): Promise<WriteStatus> {
  const created = await createJob(bed, csv, resource, job);
  if (created.status !== 201) throw new Error(created.text);
  for (;;) {
    const status = await statusOf(bed, created.body.details?.['id']);
    if (status.status === 'COMPLETED' || status.status === 'FAILED') return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The lines of a result file, by header name. */
export async function resultRows(bed: TestBed, { result }: WriteStatus): Promise<Record<string, string>[]> {
  const response = await fetch(result?.download_url ?? '', {
    headers: { Authorization: `Zoho-oauthtoken ${bed.token}` },
  });
  const [header = [], ...rows] = parseCsv(await unzipSingle(Buffer.from(await response.arrayBuffer())));
  return rows.map((row) => Object.fromEntries(header.map((name, place) => [name, row[place] ?? ''])));
}
