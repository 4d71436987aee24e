import type { Knex } from 'knex';
import { z } from 'zod';
import { findConnection, getConnection } from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { ConnectionName, ConnectionOrDefault } from '../http/parameters';
import { Problem } from '../http/problem';
import { needsReauth } from '../http/zoho-problem';

export const ConnectionParams = z.strictObject({
  name: z
    .union([ConnectionName, z.uuid()], 'Must be the name or the id of a connection')
    .meta({ description: 'Name or id of the connection.' }),
});

export const ConnectionQuery = z.strictObject({ connection: ConnectionOrDefault });

/** Reads the connection that a path or a query names. @throws Problem `connection_not_found` */
export async function getNamedConnection(knex: Knex, nameOrId: string): Promise<ConnectionModel> {
  const connection = await findConnection(knex, nameOrId);
  if (!connection) throw new Problem('connection_not_found', `There is no connection ${nameOrId}.`);
  return connection;
}

/** Problems of `getUsableConnection`. */
export const USE_PROBLEMS = ['unknown_connection', 'connection_not_active', 'connection_needs_reauth'] as const;

/**
 * Reads the connection that a request's body names, fit for calls to Zoho.
 * @throws Problem `connection_needs_reauth`, `connection_not_active`; ConnectionNotFound
 */
export async function getUsableConnection(knex: Knex, name: string): Promise<ConnectionModel> {
  const connection = await getConnection(knex, name);
  if (connection.status === 'active') return connection;
  if (connection.status === 'needs_reauth') throw needsReauth(connection);
  const why = connection.statusReason === null ? '' : `: ${connection.statusReason}`;
  throw new Problem('connection_not_active', `The connection ${name} is ${connection.status}${why}.`);
}
