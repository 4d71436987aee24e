import type { Knex } from 'knex';
import {
  nextSchemaChangeState,
  secondsToNextAttempt,
  statesBefore,
  type ChangePlan,
  type FieldState,
  type SchemaChangeEvent,
  type SchemaChangeKind,
  type SchemaChangeState,
} from '../../domain/schema-changes/schema-change';
import type { MirrorModule } from '../mirror/mirror-module';
import { toJsonb } from '../postgres/json';
import { isSameChange, type FieldChange } from './field-changes';

/** A change as it was found before: it is open, or was turned down. */
export interface KnownChange {
  id: string;
  fieldId: string;
  kind: SchemaChangeKind;
  state: SchemaChangeState;
  before: FieldState | null;
  after: FieldState | null;
  plan: ChangePlan;
  attempts: number;
}

/** States of what Zoho may still take back. */
const CHANGEABLE = statesBefore('taken_back');

/** The rows about the fields of one mirror while its table is brought up to them. */
export class ChangeBooks {
  readonly #knex: Knex;
  readonly #mirrorId: number;
  readonly #sessionId: string | null;
  readonly #known: Map<string, KnownChange>;
  readonly #met = new Set<string>();

  private constructor(knex: Knex, mirrorId: number, sessionId: string | null, known: readonly KnownChange[]) {
    this.#knex = knex;
    this.#mirrorId = mirrorId;
    this.#sessionId = sessionId;
    this.#known = new Map(known.map((change) => [keyOf(change), change]));
  }

  /** @param sessionId the session that looks, if one does */
  static async open(
    knex: Knex,
    { connectionId, key }: Pick<MirrorModule, 'connectionId' | 'key'>,
    sessionId: string | null,
  ): Promise<ChangeBooks> {
    const mirror = await knex.raw<{ rows: [{ id: number }] }>(
      'select id from sync.mirrors where connection_id = ? and key = ?',
      [connectionId, key],
    );
    const { id } = mirror.rows[0];
    const answer = await knex.raw<{ rows: KnownChange[] }>(
      `select distinct on (field_id, kind) id, field_id as "fieldId", kind, state, before, after, plan, attempts
       from sync.schema_changes where mirror_id = :id and state = any(:states)
       order by field_id, kind, state = 'rejected', detected_at desc`,
      { id, states: CHANGEABLE },
    );
    return new ChangeBooks(knex, id, sessionId, answer.rows);
  }

  /**
   * Tells what is known of a change that was found now. One that aims at something else by now is withdrawn: a decision about
   * it says nothing about this one.
   */
  async meet(change: FieldChange): Promise<KnownChange | undefined> {
    const key = keyOf(change);
    this.#met.add(key);
    const known = this.#known.get(key);
    if (!known || isSameChange(change.kind, known.after, change.after)) return known;
    await this.#withdraw([known.id]);
    this.#known.delete(key);
    return undefined;
  }

  /** Leaves a change to a person, with what it takes. What is shown gets a new version if it is no longer the same. */
  async wait(change: FieldChange, plan: ChangePlan, known: KnownChange | undefined): Promise<void> {
    if (known) {
      await this.#knex.raw(
        `update sync.schema_changes set before = :before::jsonb, after = :after::jsonb, plan = :plan::jsonb,
           version = version + 1
         where id = :id and state = 'waiting'
           and (before is distinct from :before::jsonb or after is distinct from :after::jsonb
             or (plan -> 'statements', plan -> 'dependents') is distinct from
               (:plan::jsonb -> 'statements', :plan::jsonb -> 'dependents'))`,
        { id: known.id, ...contentOf(change, plan) },
      );
      return;
    }
    await this.#insert(this.#knex, change, plan, { state: 'waiting' });
  }

  /** Notes why a change could not be made, and when to try again. */
  async refused(change: FieldChange, plan: ChangePlan, known: KnownChange | undefined, error: string): Promise<void> {
    const attempts = (known?.attempts ?? 0) + 1;
    const seconds = secondsToNextAttempt(attempts);
    if (!known) return this.#insert(this.#knex, change, plan, { state: 'blocked', error, attempts, seconds });
    await this.#knex.raw(
      `update sync.schema_changes set state = :next, error = :error, attempts = :attempts,
         next_attempt_at = now() + make_interval(secs => :seconds), version = version + 1
       where id = :id and state = :state`,
      { id: known.id, state: known.state, next: after(known.state, 'refused'), error, attempts, seconds },
    );
  }

  /** Notes, in the transaction that makes it, that a change is made. */
  async made(trx: Knex, change: FieldChange, plan: ChangePlan, known: KnownChange | undefined): Promise<void> {
    if (!known) return this.#insert(trx, change, plan, { state: 'applied' });
    await trx.raw(
      `update sync.schema_changes set state = :next, applied_at = now(), attempts = attempts + 1, error = null,
         next_attempt_at = null, version = version + 1
       where id = :id and state = :state`,
      { id: known.id, state: known.state, next: after(known.state, 'made') },
    );
  }

  /** Withdraws what was not found any more: Zoho has taken it back. */
  async withdrawUnmet(): Promise<void> {
    const unmet = [...this.#known].flatMap(([key, { id }]) => (this.#met.has(key) ? [] : [id]));
    if (unmet.length > 0) await this.#withdraw(unmet);
  }

  async #withdraw(ids: readonly string[]): Promise<void> {
    await this.#knex.raw(
      `update sync.schema_changes set state = 'withdrawn', next_attempt_at = null, version = version + 1
       where id = any(?::uuid[]) and state = any(?)`,
      [[...ids], CHANGEABLE],
    );
  }

  async #insert(
    knex: Knex,
    change: FieldChange,
    plan: ChangePlan,
    now: { state: SchemaChangeState; error?: string; attempts?: number; seconds?: number },
  ): Promise<void> {
    const { state, error = null, attempts = state === 'applied' ? 1 : 0, seconds = null } = now;
    await knex.raw(
      `insert into sync.schema_changes (mirror_id, field_id, kind, state, before, after, plan, detected_by, applied_at,
         attempts, next_attempt_at, error)
       values (:mirrorId, :fieldId, :kind, :state, :before::jsonb, :after::jsonb, :plan::jsonb, :sessionId,
         case when :state = 'applied' then now() end, :attempts, now() + make_interval(secs => :seconds), :error)
       on conflict (mirror_id, field_id, kind) where state in ('waiting', 'approved', 'blocked') do nothing`,
      {
        mirrorId: this.#mirrorId,
        fieldId: change.fieldId,
        kind: change.kind,
        state,
        ...contentOf(change, plan),
        sessionId: this.#sessionId,
        attempts,
        seconds,
        error,
      },
    );
  }
}

function contentOf(
  { before, after }: FieldChange,
  plan: ChangePlan,
): { before: string | null; after: string | null; plan: string } {
  return { before: before && toJsonb(before), after: after && toJsonb(after), plan: toJsonb(plan) };
}

function keyOf({ fieldId, kind }: Pick<FieldChange, 'fieldId' | 'kind'>): string {
  return `${kind} ${fieldId}`;
}

/** A change that is worked on is approved or blocked, or was found just now. */
function after(state: SchemaChangeState, event: SchemaChangeEvent): SchemaChangeState {
  return nextSchemaChangeState(state, event) ?? state;
}
