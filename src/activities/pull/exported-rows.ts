import { copyPagesSource, resultFileSource, type ChunkSource } from '../../db/mirror/load/chunk-sources';
import type { BulkReadJobRow } from '../../db/sessions/bulk-read-jobs';
import { largestExport } from '../../domain/runs/export-pages';
import { LIMITS } from '../../domain/zoho-limits';
import { downloadBulkReadResult } from '../../zoho/bulk/bulk-read';
import type { ZohoWork } from '../with-zoho';
import type { LoadedMirror } from './load-mirror';

/**
 * Downloads the rows of a finished export to a file. One without rows is not asked for: its file may lack even the header.
 * @param file path in the spool
 * @returns the rows, and the bytes of their file
 * @throws ZohoError, ResultFileBroken
 */
export async function exportedRows(
  mirror: LoadedMirror,
  { rows, downloadUrl }: BulkReadJobRow,
  file: string,
  { transport, options, signal }: ZohoWork,
): Promise<{ source: ChunkSource; bytes: number }> {
  if (rows === 0) return { source: copyPagesSource(mirror, mirror.fields, [], signal), bytes: 0 };
  const largest = largestExport(rows ?? LIMITS.bulkRead.rows);
  const { bytes } = await downloadBulkReadResult(transport, downloadUrl ?? '', file, { ...options, largest });
  return { source: await resultFileSource(mirror, file, signal, largest), bytes };
}
