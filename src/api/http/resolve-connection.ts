import type { Knex } from 'knex';
import { findConnection, listConnections } from '../../db/connections/connections';
import type { ConnectionModel } from '../../db/models/connection';
import { Problem, type ProblemCode, type ProblemDetail } from './problem';

/**
 * Place in which a request names its connection: `name` in the path, or `connection` in the query or the body. As a
 * `filter` it narrows a list, which shows the rows of every connection without it.
 */
export type ConnectionPlace = 'path' | 'query' | 'body' | 'filter';

/** Problems of `resolveConnection` by place. */
export const CONNECTION_PROBLEMS = {
  path: ['connection_not_found'],
  query: ['unknown_connection', 'connection_required'],
  body: ['unknown_connection', 'connection_required'],
  filter: ['unknown_connection'],
} as const satisfies Readonly<Record<ConnectionPlace, readonly ProblemCode[]>>;

/** Name or id of a connection as a parsed request gives it; undefined where it gives none. */
export function namedConnection(
  place: ConnectionPlace,
  { params, query, body }: { params: unknown; query: unknown; body: unknown },
): string | undefined {
  if (place === 'path') return (params as { name: string }).name;
  return ((place === 'body' ? body : query) as { connection?: string }).connection;
}

/**
 * Reads the connection of a request: the named one, or without a name the only one there is. A filter without a name
 * is undefined.
 * @throws Problem `connection_not_found`, `unknown_connection`, `connection_required`
 */
export async function resolveConnection(
  knex: Knex,
  place: ConnectionPlace,
  nameOrId: string | undefined,
): Promise<ConnectionModel | undefined> {
  if (nameOrId !== undefined) {
    const connection = await findConnection(knex, nameOrId);
    if (connection) return connection;
    const detail = `There is no connection ${nameOrId}.`;
    if (place === 'path') throw new Problem('connection_not_found', detail);
    throw new Problem('unknown_connection', detail, { errors: [problemAt(place, detail)] });
  }
  if (place === 'filter') return undefined;
  const [only, ...others] = await listConnections(knex);
  if (only && others.length === 0) return only;
  throw connectionRequired(place, only ? [only, ...others] : []);
}

function connectionRequired(place: ConnectionPlace, connections: readonly ConnectionModel[]): Problem {
  const names = connections.map(({ name }) => name).join(', ');
  const [detail, advice] =
    connections.length === 0
      ? [
          'There is no connection yet: create one with PUT /connections/{name}, or pulse connect --connection.',
          'None exists yet',
        ]
      : [`There are several connections, so name one of them: ${names}.`, `Must be one of ${names}`];
  return new Problem('connection_required', detail, { errors: [problemAt(place, advice)] });
}

function problemAt(place: ConnectionPlace, detail: string): ProblemDetail {
  return place === 'body' ? { pointer: '#/connection', detail } : { parameter: 'connection', detail };
}
