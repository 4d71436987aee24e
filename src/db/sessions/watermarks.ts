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

/** Moves the watermark forward. It never moves back, so a repeated or late call is harmless. */
export async function advanceWatermark(knex: Knex, advance: WatermarkAdvance): Promise<void> {
  await knex.raw(
    `insert into sync.watermarks as mark (connection_id, module_name, complete_until, deletes_until, session_id)
     values (:connectionId, :moduleName, :completeUntil, :deletesUntil, :sessionId)
     on conflict (connection_id, module_name) do update set
       complete_until = greatest(mark.complete_until, excluded.complete_until),
       deletes_until = greatest(mark.deletes_until, excluded.deletes_until),
       session_id = excluded.session_id,
       updated_at = now()
     where mark.complete_until < excluded.complete_until
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
