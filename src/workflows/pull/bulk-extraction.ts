import { patched, workflowInfo } from '@temporalio/workflow';
import { exportChunk, exportJob } from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import { awaitBulkRead, loadBulkPage, orderBulkRead } from '../activity-proxies';
import { isFailure, JOB_LOST } from '../run/activity-failures';
import type { RunControl } from '../run/run-control';

/** How often a page is ordered before its loss is taken for an answer. */
const MAX_ORDERS = 3;
/** Runs that began before it sent all orders at the same moment, to arrive in any sequence. */
const ORDERS_IN_SEQUENCE = 'bulk-orders-in-sequence';

export interface BulkExtraction {
  target: SyncTarget;
  round: number;
  firstPage: number;
  expectedRows: number;
  keepSeenIds: boolean;
  trackRecords: boolean;
  firstLoad: boolean;
  /** Hand over to a new run after so many pages, if the test asks for it. */
  pagesPerRun: number | undefined;
  onLoaded(chunk: SessionSums): void;
}

/**
 * Reads a module by bulk read. All expected pages are ordered at the start, since Zoho works on them one after another
 * as they arrive; while it exports one, the one before is loaded.
 * @returns the page to go on with in a new run, or null when every page is loaded
 */
export async function extractByBulkRead(control: RunControl, extraction: BulkExtraction): Promise<number | null> {
  const { target, firstPage } = extraction;
  const request = (page: number) => ({
    ...target,
    job: exportJob(extraction.round, page),
    page,
    expectedRows: rowsOfPage(page, extraction.expectedRows),
  });
  const expectedPages = Math.max(1, Math.ceil(extraction.expectedRows / LIMITS.bulkRead.rows));
  // The first order tells whether Zoho takes the query at all.
  await control.step(() => orderBulkRead(request(firstPage)));
  const inSequence = expectedPages > firstPage && patched(ORDERS_IN_SEQUENCE);
  const orders: Promise<void>[] = [];
  for (const page of rangeOf(firstPage + 1, expectedPages)) {
    const before = inSequence ? orders.at(-1) : undefined;
    const order = () => control.step(() => orderBulkRead(request(page)));
    orders.push(handled(before ? before.then(order) : order()));
  }

  const loads: Promise<void>[] = [];
  let expectedMs: number | undefined;
  for (let page = firstPage; ; page += 1) {
    const began = Date.now();
    await orders[page - firstPage - 1];
    const isOrdered = page === firstPage || page <= expectedPages;
    const { moreRecords } = await pageReady(
      control,
      { ...request(page), ...(expectedMs !== undefined && { expectedMs }) },
      isOrdered,
    );
    expectedMs = Date.now() - began;
    loads.push(handled(load(page)));
    const isHandedOver = moreRecords && isTimeForNewRun(page - firstPage + 1, extraction.pagesPerRun);
    if (moreRecords && !isHandedOver) continue;
    await Promise.all([...orders, ...loads]);
    return isHandedOver ? page + 1 : null;
  }

  async function load(page: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const chunk = await control.step(() =>
          loadBulkPage({
            ...request(page),
            chunkNumber: exportChunk(extraction.round, page),
            keepSeenIds: extraction.keepSeenIds,
            trackRecords: extraction.trackRecords,
            firstLoad: extraction.firstLoad,
          }),
        );
        extraction.onLoaded(chunk);
        return;
      } catch (error) {
        if (!isFailure(error, JOB_LOST) || attempt === MAX_ORDERS) throw error;
        await pageReady(control, request(page), false);
      }
    }
  }
}

/** Rows of a page of an export of so many; 0 behind its end. */
function rowsOfPage(page: number, rows: number): number {
  return Math.min(LIMITS.bulkRead.rows, Math.max(0, rows - (page - 1) * LIMITS.bulkRead.rows));
}

type PageRequest = Parameters<typeof awaitBulkRead>[0];

/** Waits until a page is exported; a job that Zoho has lost is ordered anew. */
async function pageReady(
  control: RunControl,
  request: PageRequest,
  isOrdered: boolean,
): ReturnType<typeof awaitBulkRead> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!isOrdered || attempt > 1) await control.step(() => orderBulkRead(request));
      return await control.step(() => awaitBulkRead(request));
    } catch (error) {
      if (!isFailure(error, JOB_LOST) || attempt === MAX_ORDERS) throw error;
    }
  }
}

function isTimeForNewRun(pages: number, pagesPerRun: number | undefined): boolean {
  return workflowInfo().continueAsNewSuggested || (pagesPerRun !== undefined && pages >= pagesPerRun);
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** The failure is met where the promise is awaited; until then it must not count as unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
