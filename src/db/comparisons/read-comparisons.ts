import type { Knex } from 'knex';
import type { ComparisonFindings, DifferenceKind, DifferenceState } from '../../domain/mirror/comparison-findings';

/** The result of a comparison, and of what. */
export interface VerificationRow extends ComparisonFindings {
  sessionId: string;
  connection: string;
  /** Zoho's name of the module. */
  module: string;
  repairs: boolean;
  asOf: Date;
  promisedUntil: Date | null;
  credits: number;
  endedAt: Date;
}

/** A record whose row differed. */
export interface DifferenceRow {
  recordId: string;
  kind: DifferenceKind;
  state: DifferenceState;
  /** API names. */
  fields: string[];
  zohoTime: Date | null;
  mirrorTime: Date | null;
  foundAt: Date;
  settledAt: Date | null;
}

const VERIFICATION = `select v.session_id as "sessionId", c.name as connection, coalesce(m.api_name, m.key) as module,
    depth, repairs, as_of as "asOf", promised_until as "promisedUntil", rows_compared::int as "rowsCompared", missing,
    stale, extra, silent, values, explained, repaired, held, failed, v.drift::float8 as drift,
    credits::float8 as credits, ended_at as "endedAt",
    (select to_char(max(w.ended_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from sync.verifications w
      where w.mirror_id = v.mirror_id and w.depth = 'values' and w.ended_at <= v.ended_at) as "valuesComparedAt"
  from sync.verifications v join sync.mirrors m on m.id = v.mirror_id join sync.connections c on c.id = m.connection_id`;

/**
 * Lists comparisons, those whose session began last first.
 * @param filter `module`: Zoho's name of one, in any case
 * @param page `after`: the session before the page
 */
export async function listVerifications(
  knex: Knex,
  { connectionId, module }: { connectionId?: string | undefined; module?: string | undefined },
  { limit, after }: { limit: number; after?: string },
): Promise<VerificationRow[]> {
  const answer = await knex.raw<{ rows: VerificationRow[] }>(
    `${VERIFICATION}
     where (:connectionId::uuid is null or m.connection_id = :connectionId::uuid)
       and (:module::text is null or lower(coalesce(m.api_name, m.key)) = lower(:module::text))
       and (:after::uuid is null or v.session_id < :after::uuid)
     order by v.session_id desc limit :limit`,
    { connectionId: connectionId ?? null, module: module ?? null, after: after ?? null, limit },
  );
  return answer.rows;
}

/** Finds the result of a session's comparison. */
export async function findVerification(knex: Knex, sessionId: string): Promise<VerificationRow | undefined> {
  const answer = await knex.raw<{ rows: VerificationRow[] }>(`${VERIFICATION} where v.session_id = ?`, [sessionId]);
  return answer.rows[0];
}

/**
 * Lists the records that differed, by id; at most 100,000 of a session are kept.
 * @param page `after`: the record before the page
 */
export async function listDifferences(
  knex: Knex,
  sessionId: string,
  { states }: { states?: readonly DifferenceState[] | undefined },
  { limit, after }: { limit: number; after?: string },
): Promise<DifferenceRow[]> {
  const answer = await knex.raw<{ rows: DifferenceRow[] }>(
    `select record_id as "recordId", kind, state, fields, zoho_time as "zohoTime", mirror_time as "mirrorTime",
       found_at as "foundAt", settled_at as "settledAt"
     from sync.differences
     where session_id = :sessionId and (:after::bigint is null or record_id > :after::bigint)
       and (:states::text[] is null or state = any(:states::text[]))
     order by record_id limit :limit`,
    { sessionId, after: after ?? null, states: states ? [...states] : null, limit },
  );
  return answer.rows;
}
