import type { Knex } from 'knex';
import type { ApprovalDecision, ApprovalState, ShownRemoval } from '../../domain/approvals/approval';
import { endWaiting, WAITING_ALERT } from './end-waiting';

/** Something that a person is asked to approve. */
export interface ApprovalRow {
  id: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's API name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
  kind: 'mass_delete';
  state: ApprovalState;
  shown: ShownRemoval;
  /** Hash of what is shown, in hexadecimal digits. */
  shownHash: string;
  sessionId: string | null;
  /** With all of its digits, as a place in a list. */
  place: string;
  askedAt: Date;
  expiresAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  removed: number | null;
  version: number;
}

const SELECT = `select a.id, m.connection_id as "connectionId", n.name as connection, coalesce(m.api_name, m.key) as module,
    m.key, a.kind, a.state, a.shown, encode(a.shown_hash, 'hex') as "shownHash", a.session_id as "sessionId",
    a.asked_at::text as place, a.asked_at as "askedAt", a.expires_at as "expiresAt", a.decided_by as "decidedBy",
    a.decided_at as "decidedAt", a.reason, a.removed, a.version
  from sync.approvals a join sync.mirrors m on m.id = a.mirror_id join sync.connections n on n.id = m.connection_id`;

export interface ApprovalFilter {
  connectionId?: string;
  /** Zoho's API name, or the name in the engine's books. */
  module?: string;
  states?: readonly ApprovalState[];
}

/** A page of approvals, those first that were asked for last. */
export async function listApprovals(
  knex: Knex,
  { connectionId, module, states }: ApprovalFilter,
  { limit, after }: { limit: number; after?: { place: string; id: string } },
): Promise<ApprovalRow[]> {
  const answer = await knex.raw<{ rows: ApprovalRow[] }>(
    `${SELECT}
     where (:connectionId::uuid is null or m.connection_id = :connectionId::uuid)
       and (:module::text is null or :module in (m.api_name, m.key))
       and (:states::text[] is null or a.state = any(:states::text[]))
       and (:id::uuid is null or (a.asked_at, a.id) < (:place::timestamptz, :id::uuid))
     order by a.asked_at desc, a.id desc limit :limit`,
    {
      connectionId: connectionId ?? null,
      module: module ?? null,
      states: states ? [...states] : null,
      place: after?.place ?? null,
      id: after?.id ?? null,
      limit,
    },
  );
  return answer.rows;
}

export async function findApproval(knex: Knex, id: string): Promise<ApprovalRow | undefined> {
  const answer = await knex.raw<{ rows: ApprovalRow[] }>(`${SELECT} where a.id = ?`, [id]);
  return answer.rows[0];
}

export interface Decision {
  decision: ApprovalDecision;
  /** Hash of what the person has seen, in hexadecimal digits. */
  shownHash: string;
  by: string;
  reason: string | null;
}

/**
 * Decides about what waits, if it is still what the person has seen, and closes its alert. What was turned down stays
 * held. In the caller's transaction.
 * @returns whether anything was decided
 */
export async function decideApproval(trx: Knex, id: string, { decision, shownHash, by, reason }: Decision) {
  const answer = await trx.raw<{ rowCount: number }>(
    `with decided as (
       update sync.approvals set state = :state, decided_by = :by, decided_at = now(), reason = :reason,
         version = version + 1
       where id = :id and state = 'waiting' and shown_hash = decode(:shownHash, 'hex')
       returning mirror_id
     ), closed as (
       update sync.alerts alert set closed_at = now() from decided join sync.mirrors m on m.id = decided.mirror_id
       where alert.connection_id = m.connection_id and alert.module_name = m.key and alert.kind = '${WAITING_ALERT}'
         and alert.closed_at is null
     )
     select from decided`,
    { id, state: decision === 'approve' ? 'applying' : 'rejected', by, reason, shownHash },
  );
  return answer.rowCount > 0;
}

/** End of the work on an approval: it was done, or a person has stopped it. */
export type ApprovalEnding = 'applied' | 'withdrawn';

/** Ends an approval that was at work: what it has not removed is no longer held. Idempotent. */
export async function endApproval(knex: Knex, id: string, ending: ApprovalEnding, removed: number): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw(
      `update sync.approvals set state = ?, removed = ?, version = version + 1 where id = ? and state = 'applying'`,
      [ending, removed, id],
    );
    await trx.raw('delete from sync.held_removals where approval_id = ?', [id]);
  });
}

/** Lets go what nobody has decided in time: the next session that finds it asks again. @returns how many there were */
export async function expireApprovals(knex: Knex): Promise<number> {
  const answer = await knex.raw<{ rows: unknown[] }>(endWaiting('expired', 'a.expires_at < now()'));
  return answer.rows.length;
}

/** An approval whose workflow has to be started. */
export interface ApprovalToApply {
  id: string;
  connectionId: string;
  connection: string;
  module: string;
  key: string;
}

/**
 * Takes approvals whose workflow nobody has started, or was started so long ago that it may have failed meanwhile, of
 * connections that can be used. They are not found again for as long.
 */
export async function takeApprovalsWithoutWorkflow(knex: Knex, minutes: number): Promise<ApprovalToApply[]> {
  const answer = await knex.raw<{ rows: ApprovalToApply[] }>(
    `update sync.approvals a set started_at = now() from sync.mirrors m join sync.connections n on n.id = m.connection_id
     where a.state = 'applying' and m.id = a.mirror_id and n.status = 'active'
       and (a.started_at is null or a.started_at < now() - make_interval(mins => ?))
     returning a.id, n.id as "connectionId", n.name as connection, m.key, coalesce(m.api_name, m.key) as module`,
    [minutes],
  );
  return answer.rows;
}

/** Notes that the workflow was started, or that it could not be. */
export async function noteApprovalStart(knex: Knex, id: string, isStarted: boolean): Promise<void> {
  await knex.raw(`update sync.approvals set started_at = case when ? then now() end where id = ?`, [isStarted, id]);
}
