import type { Knex } from 'knex';
import {
  nextSchemaChangeState,
  type ChangePlan,
  type FieldState,
  type SchemaChangeDecision,
  type SchemaChangeKind,
  type SchemaChangeState,
} from '../../domain/schema-changes/schema-change';
import { makeDue } from '../maintenance/housekeeping-tasks';

/** A change of a mirror's table. */
export interface SchemaChangeRow {
  id: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's API name of the module. */
  module: string;
  /** Table of the mirror, with its schema. */
  table: string;
  kind: SchemaChangeKind;
  state: SchemaChangeState;
  fieldId: string | null;
  before: FieldState | null;
  after: FieldState | null;
  plan: ChangePlan;
  /** Session that has found it; null if no session has, or it is forgotten. */
  detectedBy: string | null;
  detectedAt: Date;
  /** With all of its digits, as a place in a list. */
  place: string;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  appliedAt: Date | null;
  attempts: number;
  nextAttemptAt: Date | null;
  error: string | null;
  version: number;
}

const SELECT = `select c.id, m.connection_id as "connectionId", n.name as connection,
    coalesce(m.api_name, m.key) as module, n.mirror_schema || '.' || m.table_name as "table", c.kind, c.state,
    c.field_id as "fieldId", c.before, c.after, c.plan, c.detected_by as "detectedBy", c.detected_at as "detectedAt",
    c.detected_at::text as place, c.decided_by as "decidedBy", c.decided_at as "decidedAt", c.decision_reason as reason,
    c.applied_at as "appliedAt", c.attempts, c.next_attempt_at as "nextAttemptAt", c.error, c.version
  from sync.schema_changes c join sync.mirrors m on m.id = c.mirror_id join sync.connections n on n.id = m.connection_id`;

export interface SchemaChangeFilter {
  connectionId?: string;
  /** Zoho's API name, or the name in the engine's books. */
  module?: string;
  states?: readonly SchemaChangeState[];
}

/** A page of changes, those first that were found last. */
export async function listSchemaChanges(
  knex: Knex,
  { connectionId, module, states }: SchemaChangeFilter,
  { limit, after }: { limit: number; after?: { place: string; id: string } },
): Promise<SchemaChangeRow[]> {
  const answer = await knex.raw<{ rows: SchemaChangeRow[] }>(
    `${SELECT}
     where (:connectionId::uuid is null or m.connection_id = :connectionId::uuid)
       and (:module::text is null or :module in (m.api_name, m.key))
       and (:states::text[] is null or c.state = any(:states::text[]))
       and (:id::uuid is null or (c.detected_at, c.id) < (:place::timestamptz, :id::uuid))
     order by c.detected_at desc, c.id desc limit :limit`,
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

export async function findSchemaChange(knex: Knex, id: string): Promise<SchemaChangeRow | undefined> {
  const answer = await knex.raw<{ rows: SchemaChangeRow[] }>(`${SELECT} where c.id = ?`, [id]);
  return answer.rows[0];
}

export interface SchemaDecision {
  decision: SchemaChangeDecision;
  /** Version of the change that the person has seen. */
  version: number;
  by: string;
  reason: string | null;
}

/**
 * Decides about a change that waits, if it is still what the person has seen. An approved one is due at once. In the
 * caller's transaction.
 * @returns whether anything was decided
 */
export async function decideSchemaChange(
  trx: Knex,
  id: string,
  { decision, version, by, reason }: SchemaDecision,
): Promise<boolean> {
  const answer = await trx.raw<{ rowCount: number }>(
    `update sync.schema_changes set state = :state, decided_by = :by, decided_at = now(), decision_reason = :reason,
       next_attempt_at = case when :state = 'approved' then now() end, version = version + 1
     where id = :id and state = 'waiting' and version = :version`,
    { id, version, state: nextSchemaChangeState('waiting', decision) ?? null, by, reason },
  );
  if (decision === 'approve' && answer.rowCount > 0) await makeDue(trx, 'applySchemaChanges');
  return answer.rowCount > 0;
}

/** A module with changes that are due. */
export interface ModuleToAdapt {
  connectionId: string;
  key: string;
  module: string;
  schema: string;
  table: string;
}

/** Time in seconds after which a change is due again whose worker has ended meanwhile, and at least ten estimates. */
const TAKEN_SECONDS = 120;

/**
 * Takes the modules with changes that are approved or blocked, and due, of connections that can be used. They are not
 * taken again until whoever makes them must have ended.
 */
export async function takeDueChanges(knex: Knex, limit: number): Promise<ModuleToAdapt[]> {
  const answer = await knex.raw<{ rows: ModuleToAdapt[] }>(
    `with due as (
       select c.id, c.mirror_id from sync.schema_changes c
       join sync.mirrors m on m.id = c.mirror_id join sync.connections n on n.id = m.connection_id
       where c.state in ('approved', 'blocked') and c.next_attempt_at <= now() and n.status = 'active'
       order by c.next_attempt_at limit :limit for update of c skip locked
     ), taken as (
       update sync.schema_changes c set next_attempt_at = now()
         + make_interval(secs => greatest(:seconds, 10 * (c.plan ->> 'seconds')::float8))
       from due where c.id = due.id
     )
     select m.connection_id as "connectionId", m.key, coalesce(m.api_name, m.key) as module,
       n.mirror_schema as schema, m.table_name as table
     from sync.mirrors m join sync.connections n on n.id = m.connection_id
     where m.id in (select mirror_id from due)`,
    { limit, seconds: TAKEN_SECONDS },
  );
  return answer.rows;
}

/** Lets what is blocked be tried again at once: a sync that may have been in its way has ended. */
export async function hastenBlocked(
  knex: Knex,
  { connectionId, key }: Pick<ModuleToAdapt, 'connectionId' | 'key'>,
): Promise<void> {
  await knex.raw(
    `update sync.schema_changes c set next_attempt_at = now() from sync.mirrors m
     where m.id = c.mirror_id and m.connection_id = ? and m.key = ? and c.state = 'blocked'
       and c.next_attempt_at > now()`,
    [connectionId, key],
  );
}
