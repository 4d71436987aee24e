import type { Knex } from 'knex';
import type { ChunkRange } from '../../domain/runs/chunk-numbers';
import type { Comparison } from '../../domain/runs/enums';
import { OFTEN } from '../mirror/module-fields';

/** A comparison of a module by one session. */
export interface ModuleComparison {
  sessionId: string;
  connectionId: string;
  /** Key of the module. */
  key: string;
  depth: Comparison;
  /** Chunks whose rows were compared. */
  chunks: ChunkRange;
}

/**
 * Notes which fields that change without the time of their row had another value in most rows. One of which that is so three
 * times in a row is volatile: comparisons of times leave it out. Belongs into the transaction that writes the result of a
 * comparison, which has repaired what it found.
 */
export async function noteVolatileFields(trx: Knex, comparison: ModuleComparison): Promise<void> {
  const { chunks, connectionId, depth, key, sessionId } = comparison;
  await trx.raw(
    `with chunks as (
       select coalesce(sum(rows_read), 0) as read, coalesce(sum(rows_updated), 0) as updated from sync.session_chunks
       where session_id = :sessionId and chunk_number >= :first and chunk_number < :end and kind in ('bulk', 'list')
     ), noted as (
       select count(*) as rows from sync.differences where session_id = :sessionId
     ), silent as (
       select field, count(*) as rows from sync.differences d, unnest(d.fields) as field
       where d.session_id = :sessionId and d.kind = 'silent' group by field
     ), judged as (
       select f.field_id, chunks.updated > chunks.read / 2 and coalesce(silent.rows, 0) > noted.rows / 2 as is_often
       from sync.module_fields f cross join chunks cross join noted left join silent on silent.field = f.api_name
       where f.connection_id = :connectionId and f.module_name = :key and f.status = 'active'
         and (f.definition ->> 'changesWithoutModifiedTime')::boolean
     )
     update sync.module_fields f set often_changed = case when is_often then least(${OFTEN}, often_changed + 1) else 0 end
     from judged
     where f.connection_id = :connectionId and f.module_name = :key and f.field_id = judged.field_id
       and (:depth::text = 'values' or f.often_changed < ${OFTEN})`,
    { connectionId, key, sessionId, depth, first: chunks.first, end: chunks.end },
  );
}
