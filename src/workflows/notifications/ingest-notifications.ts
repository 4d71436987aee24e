import { condition, continueAsNew, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { Drained } from '../../activities/notifications/drain-inbox';
import { counted } from '../../domain/counted';
import type { SkippedRun } from '../../temporal/contract/open-session';
import {
  recordsChangedSignal,
  type IngestionInput,
  type OpenedInput,
  type RefreshResult,
} from '../../temporal/contract/sync-messages';
import { drainInbox } from '../activity-proxies';
import { SyncRun } from '../pull/sync-run';
import { inSession } from '../run/open-session';

/** Changes that come close together are read with the same calls, in milliseconds. */
const GATHER_MS = 300;
const IDLE_MS = 600_000;
/** A session of notifications ends after a day, so that its sums are those of a day. */
const LONGEST_MS = 24 * 3_600_000;

const NOTHING: RefreshResult = {
  status: 'completed',
  requested: 0,
  found: 0,
  vanished: 0,
  kept: 0,
  read: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
};

/**
 * Reads what Zoho tells of a module, for as long as it has news: waits for a signal, or for a record whose time comes, and
 * then empties the inbox. Ends when nothing came for ten minutes; the next signal starts it again. It moves no watermark.
 */
export async function ingestNotifications(input: IngestionInput): Promise<RefreshResult | SkippedRun> {
  const news = new News();
  return inSession(input, 'webhook_update', (opened) => ingest(opened, news));
}

/** Whether there may be something in the inbox. Made before anything is awaited, since it takes signals from then on. */
class News {
  // Whoever starts the workflow has told it, and a run that continues may have been told.
  isThere = true;

  constructor() {
    setHandler(recordsChangedSignal, () => {
      this.isThere = true;
    });
  }
}

async function ingest(input: IngestionInput & OpenedInput, news: News): Promise<RefreshResult> {
  const { module, mirrorId, state } = input;
  const run = new SyncRun(
    input,
    `Notifications of ${module}`,
    state && { sequence: state.sequence, sums: state.result },
  );
  return run.complete(async () => {
    const began = state?.began ?? Date.now();
    let result = state?.result ?? NOTHING;
    if (!state) await run.begin(`Reading what Zoho tells of ${module}.`);
    let pauseMs = GATHER_MS;
    for (let looks = 1; ; looks += 1) {
      await sleep(pauseMs);
      news.isThere = false;
      const { dueInMs, gatherMs, ...drained } = await run.steps.run(() => drainInbox({ ...run.target, mirrorId }));
      pauseMs = pauseOf(gatherMs);
      const before = result.requested;
      result = resultOf(drained, result.kept);
      if (result.requested > before) run.session.note({ phase: 'reading', ...progressOf(result) });
      if (drained.kept > 0) run.session.warn(describeKept(module, drained.kept));
      const hasNews = await condition(() => news.isThere, Math.min(dueInMs ?? IDLE_MS, IDLE_MS));
      if ((!hasNews && dueInMs === null) || Date.now() - began > LONGEST_MS) break;
      if (mustContinueAsNew(input, looks)) {
        await run.session.record({});
        const { sequence } = run.session;
        await continueAsNew<typeof ingestNotifications>({ ...input, state: { sequence, began, result } });
      }
    }
    await run.session.record(
      { ...progressOf(result), status: 'completed', phase: 'completed', result },
      describe(module, result),
      result.kept > 0 ? 'WARNING' : 'INFO',
    );
    return result;
  });
}

/** Histories of versions that did not look at credits have no pause. */
function pauseOf(gatherMs: number | undefined): number {
  return gatherMs ?? GATHER_MS;
}

function mustContinueAsNew({ continueAsNewAfterLooks = Infinity }: IngestionInput, looks: number): boolean {
  return looks >= continueAsNewAfterLooks || workflowInfo().continueAsNewSuggested;
}

/** @param keptBefore by earlier looks */
function resultOf(
  { deleted, kept, ...sums }: Omit<Drained, 'dueInMs' | 'gatherMs'>,
  keptBefore: number,
): RefreshResult {
  return {
    status: 'completed',
    requested: sums.read + deleted,
    found: sums.read,
    vanished: deleted,
    kept: keptBefore + kept,
    ...sums,
  };
}

function progressOf({ requested, created, updated, unchanged, failed }: RefreshResult) {
  return {
    processedRecords: requested,
    successfulRecords: created + updated,
    skippedRecords: unchanged,
    failedRecords: failed,
  };
}

function describeKept(module: string, kept: number): string {
  return `Zoho told of ${counted(kept, 'record')} of ${module} that it does not know: until somebody decides, no row of them leaves (pulse approvals list), since so many at once may be a lost permission.`;
}

function describe(module: string, { requested, created, updated, vanished }: RefreshResult): string {
  return `Zoho told of ${counted(requested, 'change')} of ${module}: ${counted(created, 'record')} created, ${updated} updated, ${vanished} deleted.`;
}
