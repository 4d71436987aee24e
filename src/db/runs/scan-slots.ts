import type { Knex } from 'knex';

/** One attempt of a scan. */
export interface ScanAttempt {
  connectionId: string;
  /** The same for all attempts of an activity: another attempt takes over what a dead one held. */
  owner: string;
  attempt: number;
  /** Time at which the activity was scheduled: who has waited longest is next. */
  since: Date;
}

/** Scans of a connection at a time, unless a configuration says fewer. */
const MAX_SCANS = 2;

/** Time in seconds that a slot, or a place in the line, is kept without a word of its owner. */
const KEPT_SECONDS = 15;

/**
 * Takes one of the connection's slots for scans, or a place in the line for one. Slots go by the time since which their
 * owners have waited, so that no module of an organization reads while another never does.
 * @returns whether the slot is taken
 */
export async function takeScanSlot(knex: Knex, { attempt, ...scan }: ScanAttempt): Promise<boolean> {
  const { connectionId, owner, since } = scan;
  return knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`scan-slots:${connectionId}`]);
    await trx.raw('delete from sync.scan_slots where connection_id = ? and until < clock_timestamp()', [connectionId]);
    await trx.raw(
      `insert into sync.scan_slots (connection_id, owner, attempt, since, until)
       values (:connectionId, :owner, :attempt, :since, clock_timestamp() + make_interval(secs => :kept))
       on conflict (connection_id, owner) do update set attempt = excluded.attempt, until = excluded.until`,
      { connectionId, owner, attempt, since, kept: KEPT_SECONDS },
    );
    const taken = await trx.raw<{ rows: { slot: number }[] }>(
      `with most as (
         select least(:most::int, min(c.max_concurrent_operations)) as slots
         from sync.sync_configurations c where c.connection_id = :connectionId and c.is_active
       ), ahead as (
         select count(*) as scans from sync.scan_slots other, sync.scan_slots mine
         where mine.connection_id = :connectionId and mine.owner = :owner
           and other.connection_id = :connectionId and other.owner <> :owner
           and (other.slot is not null or (other.since, other.owner) < (mine.since, mine.owner))
       ), free as (
         select min(number.slot) as slot from most, generate_series(1, most.slots) as number (slot)
         where not exists (
           select from sync.scan_slots other
           where other.connection_id = :connectionId and other.slot = number.slot)
       )
       update sync.scan_slots mine set slot = coalesce(mine.slot, free.slot)
       from most, ahead, free
       where mine.connection_id = :connectionId and mine.owner = :owner
         and (mine.slot is not null or (free.slot is not null and ahead.scans < most.slots))
       returning mine.slot`,
      { connectionId, owner, most: MAX_SCANS },
    );
    return taken.rows.length === 1;
  });
}

/** Keeps the slot of an attempt that is at work. */
export async function keepScanSlot(knex: Knex, { connectionId, owner, attempt }: ScanAttempt): Promise<void> {
  await knex.raw(
    `update sync.scan_slots set until = clock_timestamp() + make_interval(secs => ?)
     where connection_id = ? and owner = ? and attempt = ?`,
    [KEPT_SECONDS, connectionId, owner, attempt],
  );
}

/** Gives the slot back, unless a later attempt has taken it over. */
export async function freeScanSlot(knex: Knex, { connectionId, owner, attempt }: ScanAttempt): Promise<void> {
  await knex.raw('delete from sync.scan_slots where connection_id = ? and owner = ? and attempt = ?', [
    connectionId,
    owner,
    attempt,
  ]);
}
