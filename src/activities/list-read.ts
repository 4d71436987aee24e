import { readFrom } from '../domain/watermark';
import type { ActivityDependencies, SyncTarget } from './dependencies';
import { mirrorOf } from './mirror-of';
import { walkPages, type WalkResult } from './walk-pages';
import { withZoho } from './zoho-work';

export interface ListReadRequest extends SyncTarget {
  firstChunk: number;
  keepSeenIds: boolean;
  trackRecords: boolean;
  firstLoad: boolean;
  /** Only converted records: what a bulk read has left out. */
  convertedOnly?: boolean;
}

/** Reads a whole module, or its converted records, by list pages. Idempotent by chunk; resumes behind the last committed one. */
export async function readByListPages(deps: ActivityDependencies, request: ListReadRequest): Promise<WalkResult> {
  const mirror = await mirrorOf(deps, request);
  return withZoho(deps, request, (zoho) =>
    walkPages(deps, zoho, mirror, {
      ...request,
      kind: 'list',
      query: { sortBy: 'id', sortOrder: 'asc', ...(request.convertedOnly && { converted: 'true' }) },
      compareValues: false,
    }),
  );
}

export interface ChangesRequest extends SyncTarget {
  firstChunk: number;
  /** Zoho's time; changes since then are read, with an overlap. ISO 8601. */
  since: string;
  trackRecords: boolean;
}

/**
 * Reads what changed since a mark, oldest first, and settles every tie within a second by comparing values.
 * Idempotent by chunk.
 */
export async function readChanges(deps: ActivityDependencies, request: ChangesRequest): Promise<WalkResult> {
  const mirror = await mirrorOf(deps, request);
  return withZoho(deps, request, (zoho) =>
    walkPages(deps, zoho, mirror, {
      ...request,
      kind: 'delta',
      query: { sortBy: 'Modified_Time', sortOrder: 'asc', modifiedSince: readFrom(request.since) },
      compareValues: true,
      keepSeenIds: false,
    }),
  );
}
