import type { Knex } from 'knex';
import { z } from 'zod';
import { findConnection } from '../../db/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { ConnectionName } from '../connection-schemas';
import { Problem } from '../problem';

export const ConnectionParams = z.strictObject({
  id: z
    .union([ConnectionName, z.uuid()], 'Must be the name or the id of a connection')
    .meta({ description: 'Name or id of the connection.' }),
});

export const ConnectionQuery = z.strictObject({ connection: ConnectionName.default('crm') });

/** @throws Problem `connection_not_found` */
export async function connectionAt(knex: Knex, nameOrId: string): Promise<ConnectionModel> {
  const connection = await findConnection(knex, nameOrId);
  if (!connection) throw new Problem('connection_not_found', `There is no connection ${nameOrId}.`);
  return connection;
}
