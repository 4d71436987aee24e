import type { Knex } from 'knex';
import type { PartialModelObject } from 'objection';
import { uuidv7 } from 'uuidv7';
import { ConnectionModel, type ConnectionStatus } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { sealSecrets } from './connection-secrets';

export class ConnectionNotFound extends Error {
  override readonly name = 'ConnectionNotFound';
  readonly connection: string;

  constructor(connection: string) {
    super(`There is no connection "${connection}".`);
    this.connection = connection;
  }
}

/** Client and, where there is one, grant of a Zoho org. */
export interface ConnectionSettings {
  /** Lower-case letters, digits and `_`; also names the mirror's schema. */
  name: string;
  dataCenter: string;
  accountsUrl: string;
  clientId: string;
  clientSecret: string;
  /** Empty until the org has been connected. */
  refreshToken?: string;
  /** An access token to start with; its lifetime is unknown, so it is used until Zoho refuses it. */
  accessToken?: string;
}

/** The first connection's tables are `crm.deals`; another org's are `crm_{name}.deals`. */
const FIRST_CONNECTION = 'crm';

/**
 * Finds a connection.
 * @param nameOrId its name (`crm`) or its uuid
 */
export async function findConnection(knex: Knex, nameOrId: string): Promise<ConnectionModel | undefined> {
  const byId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  return ConnectionModel.query(knex).findOne(byId ? { id: nameOrId } : { name: nameOrId });
}

/** Reads a connection. @throws ConnectionNotFound */
export async function getConnection(knex: Knex, nameOrId: string): Promise<ConnectionModel> {
  return found(await findConnection(knex, nameOrId), nameOrId);
}

/** Lists all connections by name. */
export async function listConnections(knex: Knex): Promise<ConnectionModel[]> {
  return ConnectionModel.query(knex).orderBy('name');
}

/**
 * Runs `work` while this process alone may change the connection's tokens; other processes wait. It must not wait for
 * anything but the database: an accounts server that hangs would take all connections of the pools with it.
 * @throws ConnectionNotFound
 */
export async function withTokenRow<T>(
  knex: Knex,
  connectionId: string,
  work: (trx: Knex.Transaction, connection: ConnectionModel) => Promise<T>,
): Promise<T> {
  return knex.transaction(async (trx) => {
    const connection = await ConnectionModel.query(trx).findById(connectionId).forUpdate();
    return work(trx, found(connection, connectionId));
  });
}

/** Changes a connection's status. @param reason shown to people, free of secrets */
export async function setConnectionStatus(
  knex: Knex,
  id: string,
  status: ConnectionStatus,
  reason: string | null,
): Promise<void> {
  await ConnectionModel.query(knex).findById(id).patch({ status, statusReason: reason, updatedAt: new Date() });
}

/** Changes when the night of a connection begins, and how many modules it syncs at a time. */
export async function saveNight(
  knex: Knex,
  id: string,
  night: Partial<Record<'nightlyAt', string | undefined>> &
    Partial<Record<'scheduleTimeZone', string | null | undefined>> &
    Partial<Record<'nightlyParallelism', number | undefined>>,
): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ ...night, updatedAt: new Date() } as PartialModelObject<ConnectionModel>);
}

/** Stores what Zoho's "Get Organization" says about the org. */
export async function saveOrganization(
  knex: Knex,
  id: string,
  organization: Partial<Pick<ConnectionModel, 'orgId' | 'orgTimeZone' | 'edition'>>,
): Promise<void> {
  await ConnectionModel.query(knex)
    .findById(id)
    .patch({ ...organization, updatedAt: new Date() });
}

/** Lists the names of other connections at work that are of the same organization. */
export async function listSharing(knex: Knex, { id, orgId }: Pick<ConnectionModel, 'id' | 'orgId'>): Promise<string[]> {
  if (orgId === null) return [];
  const others = await ConnectionModel.query(knex)
    .select('name')
    .where('org_id', orgId)
    .whereNot('id', id)
    .whereIn('status', ['active', 'needs_reauth'])
    .orderBy('name');
  return others.map(({ name }) => name);
}

/** Locks the name of a connection until the transaction ends, whether there is one or not, and reads it. */
export async function lockByName(trx: Knex.Transaction, name: string): Promise<ConnectionModel | undefined> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`connection:${name}`]);
  return ConnectionModel.query(trx).findOne({ name }).forUpdate();
}

/**
 * Creates a connection.
 * @param settingsHash of the environment's settings, when they are those
 */
export async function insertConnection(
  trx: Knex,
  ring: KeyRing,
  settings: ConnectionSettings,
  settingsHash: Buffer | null = null,
): Promise<ConnectionModel> {
  const id = uuidv7();
  const isConnected = Boolean(settings.refreshToken || settings.accessToken);
  const { clientId, accountsUrl } = settings;
  return ConnectionModel.query(trx).insertAndFetch({
    id,
    name: settings.name,
    mirrorSchema: settings.name === FIRST_CONNECTION ? 'crm' : `crm_${settings.name}`,
    dataCenter: settings.dataCenter,
    accountsUrl,
    clientId,
    ...sealSecrets(ring, { id, clientId, accountsUrl, apiDomain: null }, settings),
    ...(!isConnected && { status: 'needs_reauth', statusReason: 'The organization was not connected yet.' }),
    settingsHash,
  });
}

function found(connection: ConnectionModel | undefined, nameOrId: string): ConnectionModel {
  if (!connection) throw new ConnectionNotFound(nameOrId);
  return connection;
}
