import { counted } from '../../domain/counted';
import type { ChunkRange } from '../../domain/runs/chunk-numbers';
import { MAX_PASSES } from '../../domain/runs/rounds';
import { FAILURES } from '../../temporal/contract/failures';
import { beginChanges, continueChanges, isUnfinished } from '../activity-proxies';
import { isFailure } from '../run/activity-failures';
import { extractByBulkRead } from './bulk-extraction';
import type { SyncRun } from './sync-run';

type Changes = Awaited<ReturnType<typeof continueChanges>>;

interface Reading {
  since: string;
  pass: number;
  chunks: (pass: number) => ChunkRange;
  /** Whether the rest may be exported where a few pages are not all. */
  mayExport: boolean;
}

/** The numbers of exports are those of a full sync's first round, which no scan of changes uses. */
const ROUND = 1;

/** Reads what changed since a mark: by list pages, and where many records have changed by the cheaper of these and an export. */
export async function followChanges(run: SyncRun, { since, pass, chunks, mayExport }: Reading): Promise<Changes> {
  const request = { ...run.target, since, firstChunk: chunks(pass).first, trackRecords: true };
  const first = await run.steps.run(() => beginChanges({ ...request, ...(mayExport && { weighsExport: true }) }));
  if (!isUnfinished(first)) return first;
  const { toExport } = first;
  const exported = toExport && (await exportChanges(run, toExport));
  if (!exported) return run.steps.run(() => continueChanges(request));
  const last = await followChanges(run, { since: toExport.before, pass: MAX_PASSES + pass, chunks, mayExport: false });
  return {
    ...last,
    created: toExport.created + exported.created + last.created,
    updated: toExport.updated + exported.updated + last.updated,
  };
}

type ToExport = NonNullable<Extract<Awaited<ReturnType<typeof beginChanges>>, { more: true }>['toExport']>;

/** @returns rows created and updated; undefined where Zoho refuses to export a field, so that list pages read on */
async function exportChanges(
  run: SyncRun,
  { notExported, rows, since }: ToExport,
): Promise<{ created: number; updated: number } | undefined> {
  run.session.note(
    {},
    `${counted(rows, 'more record has', 'more records have')} changed since ${since}: they are exported.`,
  );
  const sums = { created: 0, updated: 0 };
  const extraction = {
    target: run.target,
    round: ROUND,
    expectedRows: rows,
    notExported,
    changesSince: since,
    compareValues: true,
    keepSeenIds: false,
    trackRecords: true,
    firstLoad: false,
    pagesPerRun: undefined,
    onLoaded: (_page: number, { created, updated }: { created: number; updated: number }) => {
      sums.created += created;
      sums.updated += updated;
    },
  };
  try {
    let next: number | null = 1;
    while (next !== null) next = await extractByBulkRead(run.steps, { ...extraction, firstPage: next });
    return sums;
  } catch (error) {
    if (!isFailure(error, FAILURES.bulkRead.fieldRefused)) throw error;
    return undefined;
  }
}
