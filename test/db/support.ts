import type { Knex } from 'knex';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import type { ConnectionModel } from '../../src/db/models/connection';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { type KeyRing, parseKeyRing } from '../../src/db/postgres/encryption';
import { createDatabase } from '../../src/db/postgres/knex';
import { createSession, type NewSession } from '../../src/db/sessions/sessions';
import { testDatabase } from '../support/postgres';

export interface DatabaseFixture {
  readonly knex: Knex;
  readonly url: string;
}

/** A database of its own for the suite that calls it, with every migration applied. */
export function useDatabase(): DatabaseFixture {
  let open: { knex: Knex; url: string; drop(): Promise<void> } | undefined;
  before(async function () {
    this.timeout(60_000);
    const database = await testDatabase();
    open = { ...database, knex: createDatabase(database.url, { poolMax: 8 }) };
  });
  after(async () => {
    await open?.knex.destroy();
    await open?.drop();
  });
  const opened = (): { knex: Knex; url: string } => {
    if (!open) throw new Error('The database is open only while tests run.');
    return open;
  };
  return {
    get knex() {
      return opened().knex;
    },
    get url() {
      return opened().url;
    },
  };
}

export const KEY_RING: KeyRing = parseKeyRing([`test:${Buffer.alloc(32, 7).toString('base64')}`]);

let connections = 0;

/** A connection that no other test uses. */
export async function someConnection(knex: Knex): Promise<ConnectionModel> {
  connections += 1;
  return ensureConnection(knex, KEY_RING, {
    name: `org${connections}`,
    dataCenter: 'us',
    accountsUrl: 'https://accounts.zoho.com',
    clientId: '1000.CLIENT',
    clientSecret: 'client secret',
    refreshToken: '1000.refresh',
  });
}

export async function someSession(knex: Knex, session: Partial<NewSession> = {}): Promise<SyncSessionModel> {
  const connectionId = session.connectionId ?? (await someConnection(knex)).id;
  return createSession(knex, {
    sessionType: 'full_sync',
    moduleName: 'Deals',
    initiatedBy: 'test',
    ...session,
    connectionId,
  });
}
