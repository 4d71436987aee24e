import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { APPROVAL_DAYS, type RemovalSource, type ShownRemoval } from '../../domain/approvals/approval';
import { counted } from '../../domain/counted';
import { MASS_DELETE_LEAST_ROWS, massDeleteNeedsApproval } from '../../domain/mirror/mass-delete-guard';
import { LIMITS } from '../../domain/zoho-limits';
import { openAlert } from '../health/alerts';
import { lockRows, queryOf } from '../mirror/mirror-lock';
import { type MirrorModule } from '../mirror/mirror-module';
import { countMirrorRows } from '../mirror/mirror-table';
import { countQuarantine } from '../mirror/quarantine';
import { goneRows, unseenBindings, unseenRows, type DeletedRow, type Reading } from '../mirror/sweep';
import { assertSessionRuns } from '../sessions/chunks';
import { endWaiting, HOLDS_NOTHING, WAITING_ALERT } from './end-waiting';

/** Records that are about to leave a mirror. */
export interface Removal {
  sessionId: string;
  source: RemovalSource;
  /** Share of the mirror, in per cent, that may leave unasked. */
  percent?: number | undefined;
  /** A person has agreed to it beforehand, however many they are. */
  isAgreed?: boolean | undefined;
}

/** Answer of the guard. */
export interface Weighed {
  /** Records that may leave by what Zoho says, those aside that are held already. */
  candidates: number;
  /** Those of them that stay until a person decides: all or none. */
  awaitingApproval: number;
  /** Rows of the mirror; null where too few are to leave for it to matter. */
  mirrorRows: number | null;
}

const SAMPLE = 10;

/**
 * Mass-delete guard of a list of records that Zoho does not have. Too many of them are held, and a person is shown them,
 * with those that wait already; fewer may leave. What was turned down is neither counted nor shown again. Idempotent.
 */
export async function weighRemovals(
  knex: Knex,
  mirror: MirrorModule,
  deleted: readonly DeletedRow[],
  removal: Removal,
): Promise<Weighed> {
  if (deleted.length < MASS_DELETE_LEAST_ROWS && !removal.isAgreed) {
    return { candidates: deleted.length, awaitingApproval: 0, mirrorRows: null };
  }
  return new Guard(knex, mirror, removal, false).weigh((trx) =>
    trx.raw(`insert into candidates select d.id, d."deletedAt", d.reason from (${goneRows(mirror)}) d`, {
      deleted: JSON.stringify(deleted),
    }),
  );
}

/**
 * Mass-delete guard of the rows that a reading of the whole module has not seen. What a person was shown before is shown
 * anew if it is no longer the same, and withdrawn if it is few by now. Idempotent.
 * @param began Zoho's time when the reading began
 */
export async function weighUnseenRows(
  knex: Knex,
  mirror: MirrorModule,
  reading: Reading,
  began: Date,
  removal: Removal,
): Promise<Weighed> {
  return new Guard(knex, mirror, removal, true).weigh(async (trx) => {
    // A million rows against a million ids: only a hash join is sane.
    await trx.raw(`set local work_mem = '128MB'; set local enable_nestloop = off`);
    await trx.raw(
      `insert into candidates ${unseenRows(mirror)} select id, :began::timestamptz, 'vanished' from unseen`,
      { ...unseenBindings(mirror, reading), began },
    );
    await trx.raw('set local enable_nestloop = on');
  });
}

interface WaitingApproval {
  id: string;
  hash: Buffer;
}

class Guard {
  readonly #knex: Knex;
  readonly #mirror: MirrorModule;
  readonly #removal: Removal;
  readonly #isWhole: boolean;

  /** @param isWhole whether the candidates are all there are in the module */
  constructor(knex: Knex, mirror: MirrorModule, removal: Removal, isWhole: boolean) {
    this.#knex = knex;
    this.#mirror = mirror;
    this.#removal = removal;
    this.#isWhole = isWhole;
  }

  /** @param fill puts the candidates into the table of this name */
  async weigh(fill: (trx: Knex) => Promise<unknown>): Promise<Weighed> {
    const { sessionId } = this.#removal;
    return this.#knex.transaction(async (trx) => {
      await trx.raw('set local statement_timeout = 0');
      await trx.raw(
        `create temporary table candidates (id bigint primary key, found_at timestamptz not null, reason text not null)
         on commit drop`,
      );
      await fill(trx);
      await trx.raw('analyze candidates');
      const found = await countCandidates(trx);
      const mirrorRows = found < MASS_DELETE_LEAST_ROWS ? null : await this.#countRows(trx);
      await lockRows(queryOf(trx), this.#mirror);
      const weighed = await this.#decide(trx, mirrorRows);
      await assertSessionRuns(trx, sessionId);
      return weighed;
    });
  }

  async #countRows(trx: Knex): Promise<number> {
    const [rows, { unmirrored }] = [await countMirrorRows(trx, this.#mirror), await countQuarantine(trx, this.#mirror)];
    return rows + unmirrored;
  }

  async #decide(trx: Knex, mirrorRows: number | null): Promise<Weighed> {
    const mirrorId = await this.#mirrorId(trx);
    const waiting = await lockWaiting(trx, mirrorId);
    if (this.#removal.isAgreed) await this.#release(trx, mirrorId);
    else await this.#leaveOutHeld(trx, mirrorId);
    const candidates = await countCandidates(trx);
    const isMany = massDeleteNeedsApproval(candidates, mirrorRows ?? 0, this.#removal.percent);
    if (isMany && mirrorRows !== null && !this.#removal.isAgreed) {
      await this.#hold(trx, { mirrorId, mirrorRows }, waiting);
      return { candidates, awaitingApproval: candidates, mirrorRows };
    }
    if (waiting)
      await trx.raw(endWaiting('withdrawn', `a.id = ? and ${this.#isWhole ? 'true' : HOLDS_NOTHING}`), [waiting.id]);
    return { candidates, awaitingApproval: 0, mirrorRows };
  }

  async #mirrorId(trx: Knex): Promise<number> {
    const { connectionId, key } = this.#mirror;
    const answer = await trx.raw<{ rows: [{ id: number }] }>(
      'select id from sync.mirrors where connection_id = ? and key = ?',
      [connectionId, key],
    );
    return answer.rows[0].id;
  }

  /** Takes back what was turned down: who asks has agreed beforehand. */
  async #release(trx: Knex, mirrorId: number): Promise<void> {
    await trx.raw(
      `delete from sync.held_removals h using candidates c, sync.approvals a
       where h.mirror_id = ? and h.record_id = c.id and a.id = h.approval_id and a.state <> 'applying'`,
      [mirrorId],
    );
  }

  async #leaveOutHeld(trx: Knex, mirrorId: number): Promise<void> {
    await trx.raw(
      `delete from candidates c using sync.held_removals h, sync.approvals a
       where h.mirror_id = ? and h.record_id = c.id and a.id = h.approval_id ${this.#isWhole ? `and a.state <> 'waiting'` : ''}`,
      [mirrorId],
    );
  }

  async #hold(
    trx: Knex,
    { mirrorId, mirrorRows }: { mirrorId: number; mirrorRows: number },
    waiting: WaitingApproval | undefined,
  ): Promise<void> {
    if (waiting && !this.#isWhole) {
      await trx.raw(
        `insert into candidates select record_id, found_at, reason from sync.held_removals where approval_id = ?
         on conflict do nothing`,
        [waiting.id],
      );
    }
    const { hash, count, sample } = await describeCandidates(trx);
    if (waiting?.hash.equals(hash)) return;
    const shown: ShownRemoval = {
      count,
      rows: mirrorRows,
      percent: Math.round((1_000 * count) / Math.max(1, mirrorRows)) / 10,
      sample,
      source: this.#removal.source,
      credits: this.#creditsFor(count),
    };
    const id = waiting?.id ?? randomUUID();
    await this.#show(trx, { id, mirrorId, shown, hash });
    await trx.raw(
      'delete from sync.held_removals h where approval_id = ? and not exists (select from candidates c where c.id = h.record_id)',
      [id],
    );
    await trx.raw(
      `insert into sync.held_removals (mirror_id, record_id, approval_id, found_at, reason)
       select ?, c.id, ?, c.found_at, c.reason from candidates c on conflict do nothing`,
      [mirrorId, id],
    );
    await this.#alert(trx, id, shown);
  }

  async #show(
    trx: Knex,
    { id, mirrorId, shown, hash }: { id: string; mirrorId: number; shown: ShownRemoval; hash: Buffer },
  ): Promise<void> {
    await trx.raw(
      `insert into sync.approvals as a (id, mirror_id, kind, shown, shown_hash, session_id, expires_at)
       values (:id, :mirrorId, 'mass_delete', :shown::jsonb, :hash, :sessionId, now() + make_interval(days => :days))
       on conflict (id) do update set shown = excluded.shown, shown_hash = excluded.shown_hash,
         session_id = excluded.session_id, asked_at = now(), expires_at = excluded.expires_at, version = a.version + 1`,
      { id, mirrorId, shown: JSON.stringify(shown), hash, sessionId: this.#removal.sessionId, days: APPROVAL_DAYS },
    );
  }

  #creditsFor(count: number): number {
    const slices = Math.max(1, Math.ceil(this.#mirror.fields.length / LIMITS.listPage.fields));
    return Math.ceil(count / LIMITS.listPage.ids) * slices;
  }

  async #alert(trx: Knex, approvalId: string, { count, rows }: ShownRemoval): Promise<void> {
    const { connectionId, key, module } = this.#mirror;
    await openAlert(trx, {
      connectionId,
      module: key,
      kind: WAITING_ALERT,
      severity: 'warning',
      message: `Zoho no longer has ${count} of the ${counted(rows, 'record')} in the mirror of ${module}. They stay until somebody decides: pulse approvals show ${approvalId}`,
      details: { approvalId, count, rows },
    });
  }
}

async function countCandidates(trx: Knex): Promise<number> {
  const answer = await trx.raw<{ rows: [{ count: string }] }>('select count(*) as count from candidates');
  return Number(answer.rows[0].count);
}

async function describeCandidates(trx: Knex): Promise<{ hash: Buffer; count: number; sample: string[] }> {
  const answer = await trx.raw<{ rows: [{ hash: Buffer; count: string; sample: string[] }] }>(
    `select sha256(convert_to(string_agg(id::text, ',' order by id), 'UTF8')) as hash, count(*) as count,
       (select array_agg(first.id::text order by first.id) from (select id from candidates order by id limit ?) first) as sample
     from candidates`,
    [SAMPLE],
  );
  const { hash, count, sample } = answer.rows[0];
  return { hash, count: Number(count), sample };
}

async function lockWaiting(trx: Knex, mirrorId: number): Promise<WaitingApproval | undefined> {
  const answer = await trx.raw<{ rows: WaitingApproval[] }>(
    `select id, shown_hash as hash from sync.approvals
     where mirror_id = ? and kind = 'mass_delete' and state = 'waiting' for update`,
    [mirrorId],
  );
  return answer.rows[0];
}
