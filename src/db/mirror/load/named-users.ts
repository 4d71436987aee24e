import type pg from 'pg';
import type { MirrorModule } from '../mirror-module';

/** Reads the names of the organization's users by id, of those whose name is known. */
export async function readNamedUsers(
  client: pg.Client,
  { connectionId }: Pick<MirrorModule, 'connectionId'>,
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `select id::text as id, full_name as name from sync.crm_users where connection_id = $1 and full_name is not null`,
    [connectionId],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
