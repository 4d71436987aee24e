import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { readCreditWindow } from '../../db/credits/credit-window';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import { spreadNames } from '../../db/mirror/names/spread-names';
import { countMoved, type DeletedRow } from '../../db/mirror/sweep';
import {
  countWaiting,
  findChanged,
  findDueNotified,
  postponeNotified,
  settleNotified,
  settleShown,
  timeUntilDue,
  type DueRecords,
} from '../../db/notifications/notification-inbox';
import { withRawTransaction } from '../../db/postgres/raw-connection';
import { findLastChunk, forgetSeenIds, sumChunks } from '../../db/sessions/chunks';
import { getReadingStart, getWatermark } from '../../db/sessions/watermarks';
import { creditsLeft } from '../../domain/credits/credit-window';
import { readFrom } from '../../domain/mirror/watermark';
import { gatherMs } from '../../domain/notifications/gather-time';
import {
  ChunkCounter,
  deleteSequence,
  loadSequence,
  nextChangesChunk,
  NOTIFIED_CHANGE_CHUNKS,
  NOTIFIED_CHUNKS,
  scanChunks,
} from '../../domain/runs/chunk-numbers';
import { LIMITS } from '../../domain/zoho-limits';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ZohoError } from '../../zoho/errors/errors';
import type { ActivityDependencies } from '../dependencies';
import { readDeletes, removeVanished } from '../pull/deletes';
import { wholeMirror } from '../pull/load-mirror';
import { refetchRecords } from '../pull/refetch-records';
import { scanPages } from '../pull/scan/scan-pages';
import { withZoho, type ZohoWork } from '../with-zoho';
import { readOrHalve } from './read-or-halve';

/** Records that are asked for by id at most; where more wait, a list of what has changed costs less. */
const BY_IDS = 1_000;
/** The places of a worker go round: a look ends after so many milliseconds, and another follows. */
const LOOK_MS = 30_000;

/** Pause between two looks at whether a flood still rises, in milliseconds, and most of them. */
const LISTEN_MS = 1_000;
const MOST_LOOKS = 6;

/** Steps under which records are noted as deleted: those that were asked for, and those of Zoho's list of deletes. */
const BY_ID = 1;
const BY_FEED = 2;

export interface DrainRequest extends SyncTarget {
  mirrorId: number;
}

/** Sums of a session of notifications so far, and when the next record is due. */
export interface Drained extends SessionSums {
  /** Rows that have left the mirror. */
  deleted: number;
  /** Records that Zoho does not know and that stay until a person decides: by this look alone. */
  kept: number;
  /** Milliseconds until the next record is due; null for an empty inbox. */
  dueInMs: number | null;
  /** Milliseconds to wait before the next look, since credits are short. */
  gatherMs: number;
}

/**
 * Reads the records that Zoho has told of into the mirror until none is due, or its time is over: by their ids, or, where
 * many wait, by a list of what has changed since the watermark, which it does not move. A record leaves the inbox in the
 * transaction that merges it. Idempotent.
 */
export async function drainInbox(deps: ActivityDependencies, request: DrainRequest): Promise<Drained> {
  const mirror = await wholeMirror(deps, request);
  return withZoho(deps, request, async (zoho) => {
    const look = new InboxLook(deps, zoho, mirror, request);
    await look.run();
    await spreadNames(deps.knex, mirror);
    const { sessionId, mirrorId } = request;
    await forgetSeenIds(deps.knex, sessionId);
    return {
      ...(await sumChunks(deps.knex, sessionId)),
      deleted: await countMoved(deps.knex, sessionId, {
        first: deleteSequence(BY_ID),
        end: deleteSequence(BY_FEED + 1),
      }),
      kept: look.kept,
      dueInMs: await timeUntilDue(deps.knex, mirrorId),
      gatherMs: await readGatherMs(deps.knex, request.connectionId),
    };
  });
}

/** One look into the inbox of a module. */
class InboxLook {
  /** Records that stay although Zoho does not know them. */
  kept = 0;
  readonly #deps: ActivityDependencies;
  readonly #zoho: ZohoWork;
  readonly #mirror: MirrorModule;
  readonly #request: DrainRequest;

  constructor(deps: ActivityDependencies, zoho: ZohoWork, mirror: MirrorModule, request: DrainRequest) {
    this.#deps = deps;
    this.#zoho = zoho;
    this.#mirror = mirror;
    this.#request = request;
  }

  async run(): Promise<void> {
    const until = Date.now() + LOOK_MS;
    let hasReadChanges = false;
    while (Date.now() < until) {
      const due = await findDueNotified(this.#deps.knex, this.#request.mirrorId, BY_IDS);
      if (due.records.length === 0) return;
      // What a list of changes did not show is asked for by id.
      if (due.isMore && !hasReadChanges) {
        hasReadChanges = true;
        await this.#readChanges();
      } else await this.#readByIds(due);
      this.#zoho.report({ readingNotificationsOf: this.#request.module, kept: this.kept });
      const pause = await readGatherMs(this.#deps.knex, this.#request.connectionId);
      if (Date.now() + pause >= until) return;
      await sleep(pause, undefined, { signal: this.#zoho.signal });
    }
  }

  async #readByIds({ records, takenAt }: DueRecords): Promise<void> {
    const { knex } = this.#deps;
    const { sessionId, mirrorId } = this.#request;
    const fresh = new Set(records.filter(({ isFresh }) => isFresh).map(({ id }) => id));
    const vanished: DeletedRow[] = [];
    for (let start = 0; start < records.length; start += LIMITS.listPage.ids) {
      const ids = records.slice(start, start + LIMITS.listPage.ids).map(({ id }) => id);
      const read = async (asked: readonly string[]) =>
        void vanished.push(...(await this.#read(asked, { takenAt, fresh })));
      await readOrHalve(ids, read, (id, error) => this.#postpone(id, error));
    }
    const doubtful = vanished.filter(({ id }) => fresh.has(id)).map(({ id }) => id);
    const certain = vanished.filter(({ id }) => !fresh.has(id));
    const { gone, kept } = await removeVanished(
      this.#deps,
      this.#mirror,
      { sessionId, sequence: deleteSequence(BY_ID), source: 'notifications' },
      certain,
    );
    await withRawTransaction(knex, (client) =>
      settleNotified(client, { mirrorId, takenAt, again: doubtful, done: [...gone, ...kept] }),
    );
    this.kept += kept.length;
  }

  /** Zoho refuses to show one record: the others do not wait for it. */
  async #postpone(id: string, error: ZohoError): Promise<void> {
    const { mirrorId, module } = this.#request;
    await postponeNotified(this.#deps.knex, mirrorId, id);
    this.#deps.logger.warn(
      { err: error, module },
      'Zoho refuses to show a record that it told of; it is asked for later.',
    );
  }

  /** Asks for up to a hundred records and merges them. @returns those that Zoho does not know */
  async #read(
    ids: readonly string[],
    { takenAt, fresh }: { takenAt: string; fresh: ReadonlySet<string> },
  ): Promise<DeletedRow[]> {
    const { sessionId, mirrorId } = this.#request;
    const last = await findLastChunk(this.#deps.knex, sessionId, NOTIFIED_CHUNKS);
    const { vanished } = await refetchRecords(this.#deps, this.#zoho, this.#mirror, {
      sessionId,
      ids,
      chunks: new ChunkCounter(NOTIFIED_CHUNKS, last?.chunkNumber),
      settle: async (client, found, chunkNumber) => {
        const changed = await findChanged(client, sessionId, loadSequence(chunkNumber));
        // Zoho may tell of a change before it shows it.
        const again = found.filter((id) => fresh.has(id) && !changed.has(id));
        const left = new Set(again);
        await settleNotified(client, { mirrorId, takenAt, again, done: found.filter((id) => !left.has(id)) });
      },
    });
    return vanished;
  }

  async #readChanges(): Promise<void> {
    const { knex } = this.#deps;
    const { sessionId, mirrorId } = this.#request;
    const { connectionId, key } = this.#mirror;
    const mark = await getWatermark(knex, connectionId, key);
    if (!mark) return;
    const takenAt = await this.#whenQuiet();
    const start = await getReadingStart(knex, mark);
    const last = await findLastChunk(knex, sessionId, NOTIFIED_CHANGE_CHUNKS);
    const firstChunk = nextChangesChunk(last?.chunkNumber);
    await scanPages(this.#deps, this.#zoho, this.#mirror, {
      sessionId,
      firstChunk,
      kind: 'delta',
      query: {},
      changesSince: readFrom(start.changes.toISOString()),
      compareValues: true,
      trackRecords: true,
      keepSeenIds: true,
    });
    const deletes = await readDeletes(this.#deps, {
      ...this.#request,
      since: start.deletes.toISOString(),
      sequence: deleteSequence(BY_FEED),
      source: 'notifications',
    });
    const shown = { mirrorId, sessionId, takenAt, ...scanChunks(firstChunk) };
    await settleShown(knex, { connectionId, key }, shown);
    if (!('more' in deletes)) this.kept += deletes.awaitingApproval;
  }

  /**
   * Waits while a change of many records is still being told of: what comes after the list was begun is asked for by id.
   * @returns PostgreSQL's time
   */
  async #whenQuiet(): Promise<string> {
    const { mirrorId } = this.#request;
    let before = 0;
    for (let looks = 0; ; looks += 1) {
      const { waiting, takenAt } = await countWaiting(this.#deps.knex, mirrorId);
      if (waiting === before || looks >= MOST_LOOKS) return takenAt;
      before = waiting;
      await sleep(LISTEN_MS, undefined, { signal: this.#zoho.signal });
    }
  }
}

async function readGatherMs(knex: Knex, connectionId: string): Promise<number> {
  const window = (await readCreditWindow(knex, connectionId))?.window;
  return gatherMs({ left: (window && creditsLeft(window)) ?? Infinity, usable: window?.usable ?? null });
}
