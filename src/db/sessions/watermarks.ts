import type { Knex } from 'knex';
import { WatermarkModel } from '../models/watermark';

export interface WatermarkAdvance {
  connectionId: string;
  moduleName: string;
  /** Zoho's time up to which every change is in the mirror. */
  completeUntil: Date;
  /** Zoho's time up to which every delete is; unchanged when absent. */
  deletesUntil?: Date;
  sessionId: string;
}

export async function getWatermark(
  knex: Knex,
  connectionId: string,
  moduleName: string,
): Promise<WatermarkModel | undefined> {
  return WatermarkModel.query(knex).findById([connectionId, moduleName]);
}

/**
 * A watermark that lies after the moment it was set comes from a clock that was ahead, and tells nothing: then the start
 * of the session that set it is what is certain.
 */
export async function getReadingStart(
  knex: Knex,
  { connectionId, moduleName, completeUntil, deletesUntil, updatedAt, sessionId }: WatermarkModel,
): Promise<{ changes: Date; deletes: Date }> {
  const isAhead = (mark: Date | null) => mark !== null && mark > updatedAt;
  if (!isAhead(completeUntil) && !isAhead(deletesUntil)) {
    return { changes: completeUntil, deletes: deletesUntil ?? completeUntil };
  }
  const answer = await knex.raw<{ rows: { startedAt: Date }[] }>(
    `select least(m.updated_at, s.started_at) as "startedAt" from sync.watermarks m
     left join sync.crm_sync_sessions s on s.id = :sessionId
     where m.connection_id = :connectionId and m.module_name = :moduleName`,
    { connectionId, moduleName, sessionId },
  );
  const certain = answer.rows[0]?.startedAt ?? updatedAt;
  return {
    changes: isAhead(completeUntil) ? certain : completeUntil,
    deletes: isAhead(deletesUntil) ? certain : (deletesUntil ?? completeUntil),
  };
}

/**
 * Moves the watermark forward. It never moves back, so a repeated or late call is harmless, unless it lies in the future,
 * by a clock that was ahead.
 */
export async function advanceWatermark(knex: Knex, advance: WatermarkAdvance): Promise<void> {
  await knex.raw(
    `insert into sync.watermarks as mark (connection_id, module_name, complete_until, deletes_until, session_id)
     values (:connectionId, :moduleName, :completeUntil, :deletesUntil, :sessionId)
     on conflict (connection_id, module_name) do update set
       complete_until = case when mark.complete_until > now() then excluded.complete_until
         else greatest(mark.complete_until, excluded.complete_until) end,
       deletes_until = case when mark.deletes_until > now() then coalesce(excluded.deletes_until, mark.deletes_until)
         else greatest(mark.deletes_until, excluded.deletes_until) end,
       session_id = excluded.session_id,
       updated_at = now()
     where greatest(mark.complete_until, mark.deletes_until) > now() or mark.complete_until < excluded.complete_until
       or coalesce(mark.deletes_until, '-infinity') < excluded.deletes_until`,
    {
      connectionId: advance.connectionId,
      moduleName: advance.moduleName,
      completeUntil: advance.completeUntil,
      deletesUntil: advance.deletesUntil ?? null,
      sessionId: advance.sessionId,
    },
  );
}
