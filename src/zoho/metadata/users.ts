import { z } from 'zod';
import { unexpectedAnswer } from '../errors/errors';
import { count, decode, flag, listOf, optionalNumber, optionalText } from '../http/decode';
import { checkPaging, joinIds } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';

/** Filter of users; `CurrentUser` is the one whose consent issued the token. */
export const USER_TYPES = [
  'CurrentUser',
  'AllUsers',
  'AllActiveUsers',
  'ActiveUsers',
  'DeactiveUsers',
  'ConfirmedUsers',
  'NotConfirmedUsers',
  'DeletedUsers',
  'ActiveConfirmedUsers',
  'AdminUsers',
  'ActiveConfirmedAdmins',
  'DeveloperUsers',
  'ActiveLiteUser',
] as const;
export type UserType = (typeof USER_TYPES)[number];

export interface ZohoUser {
  id: string;
  fullName: string | null;
  email: string | null;
  /** `active`, `disabled` or `deleted`. */
  status: string | null;
  confirmed: boolean;
  profile: { id: string; name: string | null } | null;
  role: { id: string; name: string | null } | null;
  /** IANA name; decides the offset in the datetimes of this user's answers. */
  timeZone: string | null;
  /** Offset from UTC in milliseconds. */
  offset: number | null;
}

export interface ListUsersQuery {
  /** `AllUsers` without it. */
  type?: UserType | undefined;
  page?: number | undefined;
  /** 1 to 200. */
  perPage?: number | undefined;
  /** At most 100. */
  ids?: readonly string[] | undefined;
  /** ISO 8601 with offset. */
  modifiedSince?: string | undefined;
}

export interface OrgUserPage {
  users: ZohoUser[];
  moreRecords: boolean;
  serverTime: Date;
}

const named = z.object({ id: z.string(), name: optionalText }).nullable().catch(null);

const User = z
  .object({
    id: z.string(),
    full_name: optionalText,
    email: optionalText,
    status: optionalText,
    confirm: flag,
    profile: named,
    role: named,
    time_zone: optionalText,
    offset: optionalNumber,
  })
  .transform(({ full_name, confirm, time_zone, ...user }): ZohoUser => {
    return { ...user, fullName: full_name, confirmed: confirm, timeZone: time_zone };
  });

const Users = z.object({ users: listOf(User), info: z.object({ more_records: z.boolean() }).optional() });

/** One page of users (Zoho's documentation: Get Users). 1 credit. */
export async function listUsers(
  transport: ZohoTransport,
  query: ListUsersQuery,
  options?: CallOptions,
): Promise<OrgUserPage> {
  const { type, page, perPage, ids, modifiedSince } = query;
  const label = { operation: 'list_users' } as const;
  checkPaging(label, { page, perPage });
  const request = {
    ...label,
    path: '/crm/v8/users',
    query: { type, page, per_page: perPage, ids: joinIds(label, ids) },
    headers: { 'if-modified-since': modifiedSince },
  };
  return transport.json(request, options, (value, { status, serverTime }) => {
    if (value === undefined) return { users: [], moreRecords: false, serverTime };
    const { users, info } = decode(Users, value, request, status);
    return { users, moreRecords: info?.more_records ?? false, serverTime };
  });
}

/**
 * Reads the user whose consent issued the token, with profile and role (Zoho's documentation: Get Users, CurrentUser).
 * Its id distinguishes the engine's own writes from those of people.
 *
 * @throws ZohoError `server` if Zoho names none.
 */
export async function getCurrentUser(transport: ZohoTransport, options?: CallOptions): Promise<ZohoUser> {
  const { users } = await listUsers(transport, { type: 'CurrentUser' }, options);
  if (users[0]) return users[0];
  throw unexpectedAnswer({ operation: 'list_users' }, 200, 'current user');
}

/** Counts the users (Zoho's documentation: Users Count). 1 credit. */
export async function countUsers(transport: ZohoTransport, type?: UserType, options?: CallOptions): Promise<number> {
  const request = { operation: 'count_users', path: '/crm/v8/users/actions/count', query: { type } } as const;
  return transport.json(request, options, (value, { status }) =>
    value === undefined ? 0 : decode(z.object({ count }), value, request, status).count,
  );
}
