import type { z } from 'zod';
import type { AuthStatus, Connection } from '../../api/connections/schemas';
import { counted } from '../../domain/counted';
import { formatPairs, formatTable } from './table';

/** One line a connection. */
export function connectionTable(connections: readonly Connection[]): string {
  if (connections.length === 0) return 'No connections: pulse connect makes one.';
  const rows = connections.map(({ name, status, organization, nightlyAt, scheduleTimeZone }) => {
    const zone = scheduleTimeZone ?? organization?.timeZone ?? 'UTC';
    return [name, status, organization?.id ?? '', `${nightlyAt} ${zone}`];
  });
  return formatTable(['name', 'status', 'organization', 'night'], rows, [0, 1, 2, 3]);
}

/** Everything a person asks of a connection; what is not known is left out. */
export function connectionDetails(connection: Connection): string {
  const { organization } = connection;
  const known: [string, string | null][] = [
    ['connection', connection.name],
    ['status', connection.status],
    ['reason', connection.statusReason],
    ['to do', connection.whatToDo],
    ['data center', connection.dataCenter],
    ['organization', organization && [organization.id, organization.edition].filter(Boolean).join(', ')],
    ['shared with', sharedWith(connection)],
    ['client', connection.clientId],
    ['scopes', list(connection.scopes)],
    ['missing', list(connection.missingScopes)],
    [
      'night',
      `${connection.nightlyAt} ${connection.scheduleTimeZone ?? organization?.timeZone ?? 'UTC'}, ${counted(connection.nightlyParallelism, 'module')} at a time`,
    ],
    ['connected', connection.connectedAt],
    ['token until', connection.accessTokenExpiresAt],
  ];
  return formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** The connection, how much of Zoho's token limit is used, and the open alerts. */
export function authStatusText({ connection, accessTokens, alerts }: z.infer<typeof AuthStatus>): string {
  const { askedFor, limit, nextAt } = accessTokens;
  const tokens = `${askedFor} of ${limit} in the last ten minutes${nextAt === null ? '' : `, the next one at ${nextAt}`}`;
  return [
    connectionDetails(connection),
    formatPairs([['tokens', tokens], ...alerts.map(({ severity, message }): [string, string] => [severity, message])]),
  ].join('\n');
}

function sharedWith({ sharesOrganizationWith }: Connection): string | null {
  const others = list(sharesOrganizationWith);
  return others && `${others}: each counts the credits of the day for itself, until Zoho says what is left`;
}

function list(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}
