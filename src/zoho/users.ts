import { z } from 'zod';
import { decode, flag, optionalNumber, optionalText } from './decode';
import { checkPaging, joinIds } from './request-limits';
import type { CallOptions, ZohoTransport } from './transport';

/** Which users are asked for; `CurrentUser` is the one whose consent the token stands for. */
export type UserType =
  | 'CurrentUser'
  | 'AllUsers'
  | 'AllActiveUsers'
  | 'ActiveUsers'
  | 'DeactiveUsers'
  | 'ConfirmedUsers'
  | 'NotConfirmedUsers'
  | 'DeletedUsers'
  | 'ActiveConfirmedUsers'
  | 'AdminUsers'
  | 'ActiveConfirmedAdmins'
  | 'DeveloperUsers'
  | 'ActiveLiteUser';

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

export interface UserPage {
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

const Users = z.object({ users: z.array(User), info: z.object({ more_records: z.boolean() }).optional() });

/** One page of users (Zoho's documentation: Get Users). 1 credit. */
export async function listUsers(
  transport: ZohoTransport,
  query: ListUsersQuery,
  options?: CallOptions,
): Promise<UserPage> {
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
