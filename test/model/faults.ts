import type { FaultRule } from '../../simulator';

/** Faults of Zoho, by its calls. */
export const FAULTS: readonly FaultRule[] = [
  { kind: 'throttle', operation: 'listRecords', times: 1 },
  { kind: 'error', status: 500, operation: 'listRecords', times: 2 },
  { kind: 'reset', operation: 'listRecords', times: 1 },
  { kind: 'truncate', operation: 'listRecords', times: 1 },
  { kind: 'malformed-json', operation: 'listRecords', times: 1 },
  { kind: 'html', status: 503, operation: 'countRecords', times: 1 },
  { kind: 'page-token-expired', operation: 'listRecords', times: 1 },
  { kind: 'unauthorized', times: 1 },
  { kind: 'error', status: 502, operation: 'getModule', times: 1 },
  { kind: 'reset', operation: 'deletedRecords', times: 1 },
  { kind: 'error', status: 500, operation: 'getBulkRead', times: 1 },
  { kind: 'timeout-after-apply', operation: 'createBulkRead', times: 1, delayMs: 50 },
  { kind: 'truncate', operation: 'downloadBulkRead', times: 1 },
  { kind: 'html', status: 200, operation: 'downloadBulkRead', times: 1 },
  { kind: 'error', status: 500, operation: 'createBulkRead', times: 1 },
  { kind: 'unauthorized', operation: 'token', times: 1 },
  { kind: 'html', status: 403, operation: 'token', times: 1 },
];

/** Name of a fault in the tally. */
export function nameOf({ kind, operation = 'any call', status }: FaultRule): string {
  return `${operation} ${kind} ${status ?? ''}`.trim();
}
