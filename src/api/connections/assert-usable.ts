import type { ConnectionModel } from '../../db/models/connection';
import { Problem } from '../http/problem';
import { needsReauth } from '../http/zoho-problem';

/** Problems of `assertUsable`. */
export const USE_PROBLEMS = ['connection_not_active', 'connection_needs_reauth'] as const;

/** Refuses a connection that cannot call Zoho. @throws Problem `connection_needs_reauth`, `connection_not_active` */
export function assertUsable(connection: ConnectionModel): void {
  const { name, status, statusReason } = connection;
  if (status === 'active') return;
  if (status === 'needs_reauth') throw needsReauth(connection);
  const why = statusReason === null ? '' : `: ${statusReason}`;
  throw new Problem('connection_not_active', `The connection ${name} is ${status}${why}.`);
}

/** Refuses what would bring a connection back that is being removed. @throws Problem `connection_not_active` */
export function assertStays({ name, status }: ConnectionModel): void {
  if (status === 'removing') throw new Problem('connection_not_active', `The connection ${name} is being removed.`);
}
