import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LIMITS } from '../../domain/zoho-limits';
import { requestBug } from '../errors/errors';
import { decode, optionalText } from '../http/decode';
import { MultipartFile } from '../http/multipart-file';
import type { CallOptions, ZohoTransport } from '../http/transport';

const PLAIN_NAME = /^[\w.-]{1,100}$/;

const Uploaded = z.object({
  details: z.object({
    file_id: z.union([z.string(), z.number().refine(Number.isSafeInteger).transform(String)]),
    created_time: optionalText,
  }),
});
/**
 * Uploads the zipped CSV of a bulk write to Zoho's host for content (Zoho's documentation: Bulk Write, Upload).
 *
 * @param upload.file made by `writeBulkFile`: one CSV of at most 25,000 rows, 25 MB zipped. Streamed, not held in memory.
 * @param upload.zgid the organization's number, from `getOrg`.
 * @throws ZohoError `request_bug` before the call for a file that is too large; the categories of every call. Errors of
 *   the disk pass through.
 */
export async function uploadBulkFile(
  transport: ZohoTransport,
  upload: { file: string; zgid: string },
  options?: CallOptions,
): Promise<{ fileId: string; createdTime: string | null }> {
  const label = { operation: 'upload_bulk_file' } as const;
  const { size: bytes } = await stat(upload.file);
  if (bytes > LIMITS.bulkWrite.zipBytes) {
    throw requestBug(label, `the file has ${bytes} bytes, and Zoho takes ${LIMITS.bulkWrite.zipBytes}`);
  }
  const given = path.basename(upload.file);
  const fileName = PLAIN_NAME.test(given) ? given : 'upload.zip';
  const request = {
    ...label,
    host: 'content',
    path: '/crm/v8/upload',
    headers: { feature: 'bulk-write', 'x-crm-org': upload.zgid },
    body: new MultipartFile(upload.file, { name: 'file', fileName, contentType: 'application/zip', bytes }),
  } as const;
  return transport.json(request, options, (value, { status }) => {
    const { details } = decode(Uploaded, value, label, status);
    return { fileId: details.file_id, createdTime: details.created_time };
  });
}
