import type { Knex } from 'knex';
import type { ComparisonFindings } from '../../domain/mirror/comparison-findings';
import { noteVolatileFields, type ModuleComparison } from './volatile-fields';

/** A comparison that has ended. */
export interface EndedComparison extends ModuleComparison {
  repairs: boolean;
  /** Zoho's time when it began. */
  asOf: Date;
  /** Zoho's time up to which the mirror promised to be right. */
  promisedUntil: Date | null;
}

const DRIFTED = (kind: string): string =>
  `(count(*) filter (where kind = '${kind}' and state <> 'explained'))::int as "${kind}"`;

/**
 * Writes the result of a comparison, and when its mirror was compared last. What it has found and nobody could repair
 * has failed. Idempotent: a result that is written stays.
 */
export async function saveVerification(knex: Knex, ended: EndedComparison): Promise<ComparisonFindings> {
  return knex.transaction(async (trx) => {
    const { chunks, ...of } = ended;
    const bindings = { ...of, first: chunks.first, end: chunks.end };
    await trx.raw(
      `update sync.differences set state = 'failed', settled_at = clock_timestamp()
       where :repairs::boolean and session_id = :sessionId and state = 'found'
         and not exists (select from sync.verifications where session_id = :sessionId)`,
      bindings,
    );
    const isWritten = await trx.raw<{ rowCount: number }>('select from sync.verifications where session_id = ?', [
      of.sessionId,
    ]);
    if (ended.repairs && isWritten.rowCount === 0) await noteVolatileFields(trx, ended);
    await trx.raw(
      `with kinds as (
         select ${['missing', 'stale', 'extra', 'silent', 'value'].map(DRIFTED).join(', ')},
           (count(*) filter (where state = 'explained'))::int as explained,
           (count(*) filter (where state = 'repaired'))::int as repaired,
           (count(*) filter (where state = 'held'))::int as held,
           (count(*) filter (where state = 'failed'))::int as failed
         from sync.differences where session_id = :sessionId
       ), rows as (
         select coalesce(sum(rows_read), 0) as compared from sync.session_chunks
         where session_id = :sessionId and chunk_number >= :first and chunk_number < :end and kind in ('bulk', 'list')
       ), written as (
         insert into sync.verifications (session_id, mirror_id, depth, repairs, as_of, promised_until, rows_compared,
           missing, stale, extra, silent, values, explained, repaired, held, failed, drift, credits)
         select s.id, m.id, :depth::text, :repairs::boolean, :asOf::timestamptz, :promisedUntil::timestamptz, rows.compared, missing, stale, extra, silent,
           value, explained, kinds.repaired, held, failed,
           least(1, (missing + stale + extra + value) / greatest(1, rows.compared)), s.credits_spent
         from sync.mirrors m, sync.crm_sync_sessions s, kinds, rows
         where m.connection_id = :connectionId and m.key = :key and s.id = :sessionId
         on conflict (session_id) do nothing
         returning mirror_id, drift
       )
       update sync.mirrors m set last_compared_at = clock_timestamp(), drift = written.drift
       from written where m.id = written.mirror_id`,
      bindings,
    );
    const saved = await trx.raw<{ rows: (Omit<ComparisonFindings, 'valuesComparedAt'> & { valuesAt: Date | null })[] }>(
      `select depth, rows_compared::int as "rowsCompared", missing, stale, extra, silent, values, explained, repaired,
         held, failed, drift::float8 as drift,
         (select max(w.ended_at) from sync.verifications w where w.mirror_id = v.mirror_id and w.depth = 'values')
           as "valuesAt"
       from sync.verifications v where session_id = ?`,
      [of.sessionId],
    );
    const [row] = saved.rows;
    if (!row) throw new Error(`The comparison of session ${of.sessionId} has no result.`);
    const { valuesAt, ...findings } = row;
    return { ...findings, valuesComparedAt: valuesAt?.toISOString() ?? null };
  });
}
