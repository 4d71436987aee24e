import type { Knex } from 'knex';
import { WatermarkModel } from '../models/watermark';

export interface WatermarkAdvance {
  connectionId: string;
  moduleName: string;
  /** Zoho's time from which on changes were read; a session that has looked at every row has none. */
  readFrom?: Date;
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

const MOVED = `complete_until = case when mark.complete_until > now() then :completeUntil::timestamptz
      else greatest(mark.complete_until, :completeUntil::timestamptz) end,
    deletes_until = case when mark.deletes_until > now() then coalesce(:deletesUntil::timestamptz, mark.deletes_until)
      else greatest(mark.deletes_until, :deletesUntil::timestamptz) end,
    session_id = :sessionId,
    updated_at = now()`;

/**
 * Moves the watermark forward. It never moves back, so a repeated or late call is harmless, unless it lies in the future,
 * by a clock that was ahead. Nor does it move over a gap: sessions run side by side, and the mark that one has read from
 * may be gone with its table by the time it has read.
 * @returns false if a gap keeps it where it is
 */
export async function advanceWatermark(knex: Knex, advance: WatermarkAdvance): Promise<boolean> {
  const { readFrom, deletesUntil, ...rest } = advance;
  const values = {
    ...rest,
    completeUntil: rest.completeUntil.toISOString(),
    deletesUntil: deletesUntil?.toISOString() ?? null,
    readFrom: readFrom?.toISOString() ?? null,
  };
  const answer = await knex.raw<{ rowCount: number }>(
    readFrom
      ? `update sync.watermarks mark set ${MOVED}
         where connection_id = :connectionId and module_name = :moduleName and complete_until >= :readFrom`
      : `insert into sync.watermarks as mark (connection_id, module_name, complete_until, deletes_until, session_id)
         values (:connectionId, :moduleName, :completeUntil, :deletesUntil, :sessionId)
         on conflict (connection_id, module_name) do update set ${MOVED}`,
    values,
  );
  return answer.rowCount > 0;
}
