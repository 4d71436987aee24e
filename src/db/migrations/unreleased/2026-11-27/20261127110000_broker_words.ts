import type { Knex } from 'knex';
import * as callTurns from '../../0.2.0/20261123111100_call_turns';

/**
 * Names the broker's tables, columns and functions in the field's words: requests, releases, leases and deadlines. A call
 * that gave up and keeps its deadline for the next attempt is `waiting` without an owner. The new functions are files
 * beside the migrations.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function sync.take_turn, sync.take_rate, sync.open_account, sync.may_spend;

    alter table sync.credit_accounts rename column begun to admitted_total;

    alter table sync.credit_costs rename column least_credits to min_credits;
    alter table sync.credit_costs rename column most_credits to max_credits;

    alter table sync.call_holders rename to call_leases;
    alter table sync.call_leases rename column holder to owner;
    alter table sync.call_leases rename column alive_until to expires_at;

    alter table sync.call_slots rename to call_queue;
    alter table sync.call_queue rename column slot to entry;
    alter table sync.call_queue rename column holder to owner;
    alter table sync.call_queue rename column due_at to deadline;
    alter table sync.call_queue rename column kept_until to deadline_kept_until;
    alter table sync.call_queue rename column began_at to admitted_at;
    alter table sync.call_queue rename column credits_ahead to in_flight_at_start;
    alter table sync.call_queue rename column begun to admitted_total;
    alter table sync.call_queue drop constraint call_slots_state_check;
    update sync.call_queue set state = 'waiting' where state = 'left';
    alter table sync.call_queue
      add constraint call_queue_state_check check (state in ('free', 'waiting', 'running'));

    alter table sync.connections rename column token_mints to token_requests;
    alter table sync.connections rename column token_gate_until to token_requests_blocked_until;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function if exists sync.admit_calls, sync.queue_calls, sync.release_calls, sync.renew_call_lease,
      sync.allowed_calls, sync.count_rated_call, sync.lock_credit_account, sync.may_spend;

    alter table sync.connections rename column token_requests_blocked_until to token_gate_until;
    alter table sync.connections rename column token_requests to token_mints;

    alter table sync.call_queue drop constraint call_queue_state_check;
    update sync.call_queue set state = 'left' where state = 'waiting' and owner is null;
    alter table sync.call_queue
      add constraint call_slots_state_check check (state in ('free', 'waiting', 'running', 'left'));
    alter table sync.call_queue rename column admitted_total to begun;
    alter table sync.call_queue rename column in_flight_at_start to credits_ahead;
    alter table sync.call_queue rename column admitted_at to began_at;
    alter table sync.call_queue rename column deadline_kept_until to kept_until;
    alter table sync.call_queue rename column deadline to due_at;
    alter table sync.call_queue rename column owner to holder;
    alter table sync.call_queue rename column entry to slot;
    alter table sync.call_queue rename to call_slots;

    alter table sync.call_leases rename column expires_at to alive_until;
    alter table sync.call_leases rename column owner to holder;
    alter table sync.call_leases rename to call_holders;

    alter table sync.credit_costs rename column max_credits to most_credits;
    alter table sync.credit_costs rename column min_credits to least_credits;

    alter table sync.credit_accounts rename column admitted_total to begun;
  `);
  await callTurns.up(knex);
}
