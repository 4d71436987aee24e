import type { Knex } from 'knex';
import type pg from 'pg';
import type { MirrorModule } from './mirror-module';

type Module = Pick<MirrorModule, 'connectionId' | 'key'>;

/** The table was changed after a load had read the map of its fields. The next attempt reads the new one. */
export class LayoutChanged extends Error {
  override readonly name = 'LayoutChanged';
}

/** Notes, in the transaction of a change of the table, that the map of its fields is no longer right. */
export async function beginLayoutChange(trx: Knex, { connectionId, key }: Module): Promise<void> {
  await trx.raw(
    `update sync.mirrors set layout = layout + 1, adapting_since = coalesce(adapting_since, now()), updated_at = now()
     where connection_id = ? and key = ?`,
    [connectionId, key],
  );
}

/** Notes, in the transaction that stores the map of the fields, that it is right again. */
export async function endLayoutChange(trx: Knex, { connectionId, key }: Module): Promise<void> {
  await trx.raw(
    `update sync.mirrors set layout = layout + 1, adapting_since = null, updated_at = now()
     where connection_id = ? and key = ? and adapting_since is not null`,
    [connectionId, key],
  );
}

/**
 * Makes sure, under the module's lock, that the table is the one that a load was planned with.
 * @throws LayoutChanged
 */
export async function assertLayout(client: pg.Client, { connectionId, key, layout }: MirrorModule): Promise<void> {
  if (layout === undefined) return;
  const found = await client.query(
    'select from sync.mirrors where connection_id = $1 and key = $2 and (layout <> $3 or adapting_since is not null)',
    [connectionId, key, layout],
  );
  if ((found.rowCount ?? 0) === 0) return;
  throw new LayoutChanged(`The table of ${key} was changed while it was being loaded.`);
}
