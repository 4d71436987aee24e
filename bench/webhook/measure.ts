import { setTimeout as sleep } from 'node:timers/promises';
import { withEnvironment, type BenchEnvironment } from '../environment';
import type { MeasureOptions } from '../full-sync';
import { mirrorTable } from '../mirror-table';
import { spentWhile } from '../peers/spent';
import { MODULE, runFullSync, runIncrementalSync, runVerification } from '../session-run';
import { BEHIND_MS, BETWEEN_MS, changeRecords, moveClock, notifyInAnyOrder } from '../simulated-zoho';
import { spread, type Spread } from '../spread';
import type { Reach } from '../verdict';
import { WatchedChanges } from './changes';
import { openChannel } from './channel';

/** Time of single changes: a minute, where there are records enough. */
const SECONDS = 60;
const ROWS_OF_A_SECOND = 100;
/** Part of the records that are changed at once: 10,000 of 100,000. */
const PART_AT_ONCE = 0.1;
const FLOOD = 'Changed with many';
const LOOK_MS = 200;
const MAX_WAIT_MS = 120_000;

export interface WebhookMeasurement {
  rows: number;
  zoho: string;
  changes: { single: number; atOnce: number };
  /** From a change at Zoho to the row that another database connection sees. */
  seconds: Spread;
  /** The same while the module is read whole, again and again. */
  duringFullSync: Spread;
  /** From a change of many records at once until all rows show it and none waits, and its price. */
  flood: { seconds: number; credits: number };
  /** Of all single changes outside of full syncs. */
  creditsASecond: number;
  /** Changes that no row showed, and rows that a comparison found to differ in the end. */
  lost: number;
  node: string;
}

/** The most that the figures may be. */
export const WEBHOOK_REACH: Reach = {
  'seconds.median': 1,
  'seconds.p99': 3,
  'duringFullSync.p99': 10,
  'flood.seconds': 30,
  'flood.credits': 60,
  lost: 0,
};

/**
 * Measures how soon what Zoho tells of is in the mirror: fifty changes a second, many at once, and fifty a second beside
 * full syncs.
 * @throws Error when a session does not complete
 */
export async function measureWebhook(options: MeasureOptions): Promise<WebhookMeasurement> {
  return withEnvironment({ ...options, receives: true }, async (environment) => {
    const { report, rows } = options;
    await moveClock(environment, -BEHIND_MS);
    report(`Full sync of ${rows} rows`);
    await runFullSync(environment, { path: options.path, compare: 'times' }, report);
    report('Asking Zoho to tell of changes');
    await openChannel(environment);
    await notifyInAnyOrder(environment);

    const seconds = Math.max(1, Math.min(SECONDS, Math.floor(rows / ROWS_OF_A_SECOND)));
    report(`Fifty changes a second for ${seconds} s`);
    const single = await WatchedChanges.of(environment);
    const { credits } = await spentWhile(environment, () => single.make(seconds));
    const flood = await measureFlood(environment, Math.ceil(rows * PART_AT_ONCE), report);
    const busy = await changeDuringFullSync(environment, Math.ceil(seconds / 2), options);
    report('Comparing');
    const { findings } = (await runVerification(environment, { path: options.path, compare: 'values' }, report)).result;
    if (!findings) throw new Error('The comparison has no findings.');
    const { missing, stale, extra, values, silent, explained } = findings;
    return {
      rows,
      zoho: options.zoho,
      changes: { single: single.seconds.length + busy.seconds.length, atOnce: Math.ceil(rows * PART_AT_ONCE) },
      seconds: spread(single.seconds),
      duringFullSync: spread(busy.seconds),
      flood,
      creditsASecond: Math.round((100 * credits) / seconds) / 100,
      lost: single.lost + busy.lost + missing + stale + extra + values + silent + explained,
      node: process.version,
    };
  });
}

/** Changes many records at once, some time after the last incremental sync. @throws Error when rows do not show it */
async function measureFlood(
  environment: BenchEnvironment,
  count: number,
  report: (line: string) => void,
): Promise<WebhookMeasurement['flood']> {
  await moveClock(environment, BETWEEN_MS);
  await runIncrementalSync(environment, report);
  await moveClock(environment, BETWEEN_MS);
  report(`${count} changes at once`);
  const { seconds, credits } = await spentWhile(environment, async () => {
    const { updated } = await changeRecords(environment, MODULE, { update: { count, values: { Next_Step: FLOOD } } });
    await untilTrue(environment, 'all rows show it', () => isDrained(environment, updated));
  });
  return { seconds, credits };
}

async function untilTrue({ signal }: BenchEnvironment, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + MAX_WAIT_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Whether nothing waits in the inbox, and records show the change that was made to all of them. */
async function isDrained(environment: BenchEnvironment, ids: readonly string[]): Promise<boolean> {
  const { rows } = await environment.knex.raw<{ rows: { shown: number; waiting: number }[] }>(
    `select (select count(*)::int from ${await mirrorTable(environment)} where id = any(?::bigint[]) and next_step = '${FLOOD}') as shown,
       (select count(*)::int from sync.notification_inbox) as waiting`,
    [[...ids]],
  );
  return rows[0]?.shown === ids.length && rows[0].waiting === 0;
}

async function changeDuringFullSync(
  environment: BenchEnvironment,
  seconds: number,
  { path, report }: MeasureOptions,
): Promise<WatchedChanges> {
  report(`Fifty changes a second for ${seconds} s while the module is read whole`);
  const changes = await WatchedChanges.of(environment);
  let isOver = false;
  const making = changes.make(seconds).finally(() => (isOver = true));
  making.catch(() => undefined);
  while (!isOver) await runFullSync(environment, { path, compare: 'values' }, report);
  await making;
  await untilTrue(environment, 'the inbox is empty', () => isDrained(environment, []));
  return changes;
}
