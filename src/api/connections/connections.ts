import type { Knex } from 'knex';
import { z } from 'zod';
import { listActiveBulkOperations } from '../../db/bulk-operations/bulk-operations';
import { createClient, saveClient } from '../../db/connections/connection-grants';
import { findConnection, getConnection, listConnections, saveNight } from '../../db/connections/connections';
import { beginRemoval } from '../../db/connections/remove-connection';
import { makeDue } from '../../db/maintenance/housekeeping-tasks';
import { listActiveSessions } from '../../db/sessions/sessions';
import { counted } from '../../domain/counted';
import { ConnectionName, ConnectionParams } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { connectionPath } from '../paths';
import { assertStays } from './assert-usable';
import { presentConnection } from './present';
import {
  ConnectionAnswer,
  ConnectionClient,
  ConnectionList,
  ConnectionRequest,
  NightRequest,
  RemovalQuery,
} from './schemas';

export const createConnection = defineRoute({
  tag: 'Connections',
  access: 'admin',
  method: 'post',
  path: '/connections',
  operationId: 'createConnection',
  summary: 'Create a connection with its OAuth client',
  body: ConnectionRequest,
  answers: {
    201: {
      description: 'Created; connect it next.',
      schema: ConnectionAnswer,
      headers: { Location: 'Path of the connection.' },
    },
  },
  problems: ['connection_exists', 'encryption_key_missing'],
  audit: {
    action: 'connection.create',
    target: ({ body }) => `connection/${body.name}`,
    details: ({ body }) => withoutSecret(body),
  },
  async handle({ body, auditWith }, { knex, connect }) {
    const client = { ...body, accountsUrl: connect.accountsUrlOf(body.dataCenter) };
    await knex.transaction(async (trx) => {
      if (!(await createClient(trx, connect.keyRing(), client))) {
        throw new Problem('connection_exists', `There is a connection ${body.name}: PUT replaces its client.`);
      }
      await auditWith(trx);
    });
    const connection = await presentConnection(knex, await getConnection(knex, body.name));
    return { status: 201, headers: { Location: connectionPath(body.name) }, body: { connection } };
  },
});

export const putConnection = defineRoute({
  tag: 'Connections',
  access: 'admin',
  method: 'put',
  path: '/connections/{name}',
  operationId: 'putConnection',
  summary: 'Create a connection, or replace its OAuth client',
  description: 'Another client id ends the grant; another secret of the same client keeps it.',
  params: z.strictObject({ name: ConnectionName }),
  body: ConnectionClient,
  answers: {
    200: { description: 'The client was replaced.', schema: ConnectionAnswer },
    201: { description: 'Created; connect it next.', schema: ConnectionAnswer },
  },
  problems: ['encryption_key_missing', 'connection_not_active'],
  audit: {
    action: 'connection.put',
    target: ({ params }) => `connection/${params.name}`,
    details: ({ body }) => withoutSecret(body),
  },
  async handle({ params: { name }, body, auditWith }, { knex, connect }) {
    const client = { name, ...body, accountsUrl: connect.accountsUrlOf(body.dataCenter) };
    const existing = await findConnection(knex, name);
    if (existing) assertStays(existing);
    const created = await knex.transaction(async (trx) => {
      const isNew = await saveClient(trx, connect.keyRing(), client);
      await auditWith(trx);
      return isNew;
    });
    const connection = await presentConnection(knex, await getConnection(knex, name));
    return { status: created ? 201 : 200, body: { connection } };
  },
});

export const changeNight = defineRoute({
  method: 'patch',
  path: '/connections/{name}',
  operationId: 'changeNight',
  tag: 'Connections',
  summary: 'Say when the night of an organization begins',
  description: 'Its schedule follows within seconds.',
  access: 'admin',
  connection: 'path',
  params: ConnectionParams,
  body: NightRequest,
  answers: { 200: { description: 'The connection as it is now.', schema: ConnectionAnswer } },
  problems: [],
  audit: { action: 'connection.night', target: (_request, connection) => `connection/${connection}` },
  async handle({ connection: { id, name }, body, auditWith }, { knex }) {
    await knex.transaction(async (trx) => {
      await saveNight(trx, id, body);
      await makeDue(trx, 'followConfigurations');
      await auditWith(trx);
    });
    return { status: 200, body: { connection: await presentConnection(knex, await getConnection(knex, name)) } };
  },
});

export const removeConnection = defineRoute({
  method: 'delete',
  path: '/connections/{name}',
  operationId: 'removeConnection',
  tag: 'Connections',
  summary: 'Remove a disconnected organization with its mirror and its books',
  description:
    'For good: its tables are dropped and its rows deleted, a piece at a time. The audit log stays, and so does what others have put into the schema of the mirror.',
  access: 'admin',
  connection: 'path',
  params: ConnectionParams,
  query: RemovalQuery,
  answers: { 202: { description: 'It is being removed; GET answers 404 when it is gone.', schema: ConnectionAnswer } },
  problems: ['validation_failed', 'connection_in_use'],
  audit: { action: 'connection.remove', target: (_request, connection) => `connection/${connection}` },
  async handle({ connection: { id, name }, query: { confirm }, actor, auditWith }, { knex }) {
    if (confirm !== name) {
      const detail = `Must be ${name}, the name of the connection that is to be removed`;
      throw new Problem('validation_failed', detail, { errors: [{ parameter: 'confirm', detail }] });
    }
    await knex.transaction(async (trx) => {
      await assertUnused(trx, id);
      await beginRemoval(trx, id, actor);
      await makeDue(trx, 'removeConnections', 'followConfigurations');
      await auditWith(trx);
    });
    return { status: 202, body: { connection: await presentConnection(knex, await getConnection(knex, name)) } };
  },
});

/** @throws Problem `connection_in_use` */
async function assertUnused(trx: Knex.Transaction, id: string): Promise<void> {
  const { name, refreshTokenEncrypted, accessTokenEncrypted } = await getConnection(trx, id);
  if (refreshTokenEncrypted !== null || accessTokenEncrypted !== null) {
    throw new Problem('connection_in_use', `${name} is connected: disconnect it first (pulse disconnect).`);
  }
  const runs = [...(await listActiveSessions(trx, { connectionId: id })), ...(await listActiveBulkOperations(trx, id))];
  if (runs.length > 0) {
    throw new Problem(
      'connection_in_use',
      `${counted(runs.length, `run of ${name} has`, `runs of ${name} have`)} not ended: cancel what is at work first.`,
    );
  }
}

function withoutSecret<Body extends { clientSecret: string }>({ clientSecret: _secret, ...rest }: Body): object {
  return rest;
}

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
    const connections = await listConnections(knex);
    const presented = await Promise.all(connections.map((connection) => presentConnection(knex, connection)));
    return { status: 200, body: { connections: presented } };
  },
});

export const getConnectionRoute = defineRoute({
  method: 'get',
  path: '/connections/{name}',
  operationId: 'getConnection',
  tag: 'Connections',
  summary: 'Show a connection and the state of its grant',
  access: 'viewer',
  connection: 'path',
  params: ConnectionParams,
  answers: { 200: { description: 'The connection.', schema: ConnectionAnswer } },
  problems: [],
  async handle({ connection }, { knex }) {
    return { status: 200, body: { connection: await presentConnection(knex, connection) } };
  },
});
