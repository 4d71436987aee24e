import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN, type Simulator } from '../../simulator';
import { findConnection } from '../../src/db/connections/connections';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import type { ConnectionModel } from '../../src/db/models/connection';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { ENCRYPTION_KEY } from './encryption-key';
import type { EngineParts } from './engine-parts';

let orgs = 0;

/** Connects a simulated organization under a name that no other has. */
export async function newConnection({ knex }: EngineParts, { url }: Simulator): Promise<ConnectionModel> {
  orgs += 1;
  return ensureConnection(knex, parseKeyRing([ENCRYPTION_KEY]), {
    name: `org${orgs}`,
    dataCenter: 'us',
    accountsUrl: url,
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    refreshToken: DEMO_REFRESH_TOKEN,
  });
}

/** Points a connection that is there to a simulator, and leaves its secrets as they are. */
export async function adoptConnection(
  { knex }: EngineParts,
  { url }: Simulator,
  name: string,
): Promise<ConnectionModel> {
  const connection = await findConnection(knex, name);
  if (!connection) throw new Error(`There is no connection ${name}.`);
  return connection.$query(knex).patchAndFetch({ accountsUrl: url, apiDomain: url });
}
