import { z } from 'zod';
import { listUsers, USER_TYPES } from '../../zoho/metadata/users';
import { callInteractively } from '../connections/call-interactively';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { connection, page, perPage } from './module-parameters';
import { UserList } from './schemas';

export const listUsersRoute = defineRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  tag: 'Connections',
  summary: 'List the users of the organization',
  description: 'Asks Zoho; 1 API credit. The connected user alone: `type=CurrentUser`.',
  access: 'viewer',
  query: z.strictObject({ connection, type: z.enum(USER_TYPES).default('AllUsers'), page, perPage }),
  answers: { 200: { description: 'A page of users.', schema: UserList } },
  problems: ZOHO_PROBLEMS,
  async handle({ query: { connection: name, ...query } }, deps) {
    const { users, moreRecords } = await callInteractively(deps, name, ({ transport, options }) =>
      listUsers(transport, query, options),
    );
    return { status: 200, body: { users, moreRecords } };
  },
});
