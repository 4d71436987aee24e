import type { Knex } from 'knex';

/** Frees the ids that sessions kept for their sweep which failed or were cancelled; from now on every end frees them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update sync.session_chunks chunk set seen_ids = null
    from sync.crm_sync_sessions session
    where session.id = chunk.session_id and session.status in ('completed', 'failed', 'cancelled')
      and chunk.seen_ids is not null
  `);
}

/** Nobody reads the ids of a session that has ended. */
export async function down(): Promise<void> {}
