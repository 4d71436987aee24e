import { saveClient } from '../../db/connections/connection-grants';
import { getConnection, listConnections } from '../../db/connections/connections';
import { defineRoute } from '../http/route';
import { ConnectionParams, getNamedConnection } from './find-connection';
import { presentConnection } from './present';
import { ConnectionAnswer, ConnectionList, ConnectionRequest } from './schemas';

export const saveConnection = defineRoute({
  method: 'post',
  path: '/connections',
  operationId: 'saveConnection',
  tag: 'Connections',
  summary: 'Create a connection, or replace its OAuth client',
  description: 'Another client id ends the grant; another secret of the same client keeps it.',
  access: 'admin',
  body: ConnectionRequest,
  answers: {
    200: { description: 'The client was replaced.', schema: ConnectionAnswer },
    201: { description: 'Created; connect it next.', schema: ConnectionAnswer },
  },
  problems: ['encryption_key_missing'],
  audit: {
    action: 'connection.save',
    target: ({ body }) => `connection/${body.name}`,
    details: ({ body: { clientSecret: _secret, ...rest } }) => rest,
  },
  async handle({ body }, { knex, connect }) {
    const client = { ...body, accountsUrl: connect.accountsUrlOf(body.dataCenter) };
    const created = await saveClient(knex, connect.keyRing(), client);
    const connection = presentConnection(await getConnection(knex, body.name));
    return { status: created ? 201 : 200, body: { connection } };
  },
});

export const listConnectionsRoute = defineRoute({
  method: 'get',
  path: '/connections',
  operationId: 'listConnections',
  tag: 'Connections',
  summary: 'List the connections and the state of their grants',
  access: 'viewer',
  answers: { 200: { description: 'Every connection.', schema: ConnectionList } },
  problems: [],
  async handle(_request, { knex }) {
    return { status: 200, body: { connections: (await listConnections(knex)).map(presentConnection) } };
  },
});

export const getConnectionRoute = defineRoute({
  method: 'get',
  path: '/connections/{id}',
  operationId: 'getConnection',
  tag: 'Connections',
  summary: 'Show a connection and the state of its grant',
  access: 'viewer',
  params: ConnectionParams,
  answers: { 200: { description: 'The connection.', schema: ConnectionAnswer } },
  problems: ['connection_not_found'],
  async handle({ params }, { knex }) {
    return { status: 200, body: { connection: presentConnection(await getNamedConnection(knex, params.id)) } };
  },
});
