import type { Knex } from 'knex';

/** Time after which a process that has not renewed its lease is taken for dead. */
const LEASE_SECONDS = 10;
/** Pause between renewals: two may fail. */
export const LEASE_RENEWAL_MS = 3_000;

/** Takes the lease to ask Zoho for a token of the connection. @returns false while another holder has it */
export async function takeRefreshLease(trx: Knex.Transaction, connectionId: string, holder: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update sync.connections
     set token_refresh_by = ?, token_refresh_until = clock_timestamp() + make_interval(secs => ?)
     where id = ? and (token_refresh_until is null or token_refresh_until < clock_timestamp())`,
    [holder, LEASE_SECONDS, connectionId],
  );
  return rowCount > 0;
}

/** Lets the holder keep its lease; one that it has lost stays lost. */
export async function renewRefreshLease(knex: Knex, connectionId: string, holder: string): Promise<void> {
  await knex.raw(
    `update sync.connections set token_refresh_until = clock_timestamp() + make_interval(secs => ?)
     where id = ? and token_refresh_by = ?`,
    [LEASE_SECONDS, connectionId, holder],
  );
}

/** Gives the lease back, if the holder still has it. */
export async function returnRefreshLease(knex: Knex, connectionId: string, holder: string): Promise<void> {
  await knex.raw(
    `update sync.connections set token_refresh_by = null, token_refresh_until = null
     where id = ? and token_refresh_by = ?`,
    [connectionId, holder],
  );
}
