import { patched, workflowInfo } from '@temporalio/workflow';
import { exportChunk, exportJob } from '../../domain/runs/chunk-numbers';
import { expectedRowsOfPage, exportPages } from '../../domain/runs/export-pages';
import type { ComparisonRequest } from '../../temporal/contract/comparison';
import { FAILURES } from '../../temporal/contract/failures';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import { awaitBulkRead, loadBulkPage, submitBulkRead } from '../activity-proxies';
import { isFailure } from '../run/activity-failures';
import type { RunSteps } from '../run/run-steps';

/** Submissions of a page's job before its repeated loss fails the sync. */
const MAX_SUBMISSIONS = 3;
/** Runs that began before this patch submitted all jobs at the same moment, to arrive in any sequence. */
const SUBMITTED_IN_SEQUENCE = 'bulk-orders-in-sequence';
/** Runs that began before this patch planned again beside the loads of the plan before. */
const LOADS_END_FIRST = 'loads-end-before-a-new-plan';

export interface BulkExtraction {
  target: SyncTarget;
  round: number;
  firstPage: number;
  expectedRows: number;
  /** See `FullSyncPlan`. */
  notExported: string[] | undefined;
  /** See `BulkPageRequest`. */
  changesSince?: string;
  compareValues: boolean;
  comparison?: ComparisonRequest;
  keepSeenIds: boolean;
  trackRecords: boolean;
  firstLoad: boolean;
  /** Hand over to a new run after so many pages, if the test asks for it. */
  pagesPerRun: number | undefined;
  /** Called with each page's chunk, again if another plan finds it loaded. */
  onLoaded(page: number, chunk: SessionSums): void;
}

type PageRequest = Parameters<typeof awaitBulkRead>[0];

/**
 * Reads a module by bulk read. The jobs of all expected pages are submitted at the start, since Zoho works on them one
 * after another as they arrive; while it exports one page, the one before is loaded.
 * @returns the page to continue with in a new run, or null when every page is loaded
 */
export async function extractByBulkRead(steps: RunSteps, extraction: BulkExtraction): Promise<number | null> {
  const { changesSince, expectedRows, firstPage, notExported, round, target } = extraction;
  const request = (page: number): PageRequest => ({
    ...target,
    job: exportJob(round, page),
    page,
    expectedRows: expectedRowsOfPage(expectedRows, page),
    ...(notExported && { notExported }),
    ...(changesSince !== undefined && { changesSince }),
  });
  const first = steps.run(() => submitBulkRead(request(firstPage)));
  // It tells whether Zoho takes the query at all.
  await first;
  const others = pagesBetween(firstPage, exportPages(expectedRows)).map(request);
  const submissions = new Map([[firstPage, first], ...submitInBackground(steps, others)]);

  const loads: Promise<void>[] = [];
  let expectedMs: number | undefined;
  try {
    for (let page = firstPage; ; page += 1) {
      const began = Date.now();
      await submissions.get(page);
      const waiting = { ...request(page), ...(expectedMs !== undefined && { expectedMs }) };
      const { moreRecords } = await pageReady(steps, waiting, submissions.has(page));
      expectedMs = Date.now() - began;
      loads.push(handled(loadPage(steps, extraction, request(page))));
      const isHandedOver = moreRecords && isTimeForNewRun(loads.length, extraction.pagesPerRun);
      if (moreRecords && !isHandedOver) continue;
      await Promise.all([...submissions.values(), ...loads]);
      return isHandedOver ? page + 1 : null;
    }
  } catch (error) {
    // Another plan reads the same pages, and two loads of a page would meet.
    const isPlannedAgain = isFailure(error, FAILURES.bulkRead.fieldRefused);
    if (isPlannedAgain && patched(LOADS_END_FIRST)) await Promise.allSettled([...submissions.values(), ...loads]);
    throw error;
  }
}

/**
 * Submits the jobs of pages one after another without keeping the caller waiting.
 * @returns by page, when its job is submitted
 */
function submitInBackground(steps: RunSteps, requests: readonly PageRequest[]): Map<number, Promise<void>> {
  const inSequence = requests.length > 0 && patched(SUBMITTED_IN_SEQUENCE);
  const submissions = new Map<number, Promise<void>>();
  let before: Promise<void> | undefined;
  for (const request of requests) {
    const submit = () => steps.run(() => submitBulkRead(request));
    before = handled(inSequence && before ? before.then(submit) : submit());
    submissions.set(request.page, before);
  }
  return submissions;
}

/** Waits until a page is exported. A job that Zoho has lost is submitted again. */
async function pageReady(
  steps: RunSteps,
  request: PageRequest,
  isSubmitted: boolean,
): ReturnType<typeof awaitBulkRead> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!isSubmitted || attempt > 1) await steps.run(() => submitBulkRead(request));
      return await steps.run(() => awaitBulkRead(request));
    } catch (error) {
      if (!isFailure(error, FAILURES.bulkRead.lost) || attempt === MAX_SUBMISSIONS) throw error;
    }
  }
}

/** Loads an exported page. If its file is gone, it is exported again. */
async function loadPage(steps: RunSteps, extraction: BulkExtraction, request: PageRequest): Promise<void> {
  const { compareValues, comparison, firstLoad, keepSeenIds, round, trackRecords } = extraction;
  const chunkNumber = exportChunk(round, request.page);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const chunk = await steps.run(() =>
        loadBulkPage({
          ...request,
          chunkNumber,
          compareValues,
          ...(comparison && { comparison }),
          keepSeenIds,
          trackRecords,
          firstLoad,
        }),
      );
      extraction.onLoaded(request.page, chunk);
      return;
    } catch (error) {
      if (!isFailure(error, FAILURES.bulkRead.lost) || attempt === MAX_SUBMISSIONS) throw error;
      await pageReady(steps, request, false);
    }
  }
}

function isTimeForNewRun(pages: number, pagesPerRun: number | undefined): boolean {
  return workflowInfo().continueAsNewSuggested || (pagesPerRun !== undefined && pages >= pagesPerRun);
}

/** Pages after one, up to and including another. */
function pagesBetween(page: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - page) }, (_, index) => page + 1 + index);
}

/** A failure surfaces where the promise is awaited; until then it must not count as unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
