import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Knex } from 'knex';
import { prefixOfKey, verifyApiKey } from '../../db/access/api-keys';
import { API_ROLES, type ApiRole } from '../../db/models/api-key';
import type { CallerLimit } from './caller-limit';
import { Problem } from './problem';
import type { Principal } from './route';

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="pipeline-pulse-sync"' };

/**
 * Finds out who calls, by `Authorization: Bearer pps_…` or `X-API-Key: pps_…`.
 * @throws Problem `unauthenticated`; why a key was refused is not said. TooManyRequests
 */
export async function authenticate(
  knex: Knex,
  limit: CallerLimit,
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
): Promise<Principal> {
  const presented = presentedKey(headers);
  if (presented !== undefined) await limit.admitKey(socket.remoteAddress, presented);
  const key = presented === undefined ? undefined : await verifyApiKey(knex, presented);
  if (!key) {
    await limit.count(socket.remoteAddress);
    throw new Problem('unauthenticated', 'A valid API key is needed.', { headers: CHALLENGE });
  }
  return { id: key.id, actor: `api-key:${key.name}#${key.prefix}`, role: key.role };
}

/** @throws Problem `forbidden` */
export function authorize(principal: Principal, needed: ApiRole): void {
  if (hasRole(principal, needed)) return;
  throw new Problem('forbidden', `This needs the role ${needed}; the API key has the role ${principal.role}.`);
}

/** Whether the principal's role is this one or a higher one. */
export function hasRole({ role }: Pick<Principal, 'role'>, needed: ApiRole): boolean {
  return API_ROLES.indexOf(role) >= API_ROLES.indexOf(needed);
}

/** Prefix of the key that a caller presented, valid or not; never a secret. */
export function prefixPresented(headers: IncomingHttpHeaders): string | undefined {
  const presented = presentedKey(headers);
  return presented === undefined ? undefined : prefixOfKey(presented);
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const key = headers['x-api-key'];
  return bearer ?? (typeof key === 'string' ? key : undefined);
}
