import { z } from 'zod';
import { tokenRequestUsage } from '../../db/connections/token-request-budget';
import { listOpenAlerts } from '../../db/health/alerts';
import { missingScopes } from '../../zoho/auth/scopes';
import { listModules } from '../../zoho/metadata/modules';
import { getOrg } from '../../zoho/metadata/org';
import { getCurrentUser, listUsers, USER_TYPES } from '../../zoho/metadata/users';
import { pageQuery, zohoPage, zohoPageCursor } from '../http/paging';
import { connection, ConnectionQuery } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { callInteractively } from './call-interactively';
import { presentConnection } from './present';
import { AuthStatus, Organization, Permissions, UserPage } from './schemas';

const MAX_ALERTS = 50;

const common = {
  method: 'get',
  tag: 'Connections',
  access: 'viewer',
  connection: 'query',
  query: ConnectionQuery,
} as const;

export const getAuthStatus = defineRoute({
  ...common,
  path: '/auth/status',
  operationId: 'getAuthStatus',
  summary: 'Whether the organization is connected, and what a person should look at',
  description: 'Answered from PostgreSQL alone.',
  answers: { 200: { description: 'The state of the grant.', schema: AuthStatus } },
  problems: [],
  async handle({ connection }, { knex }) {
    const [usage, alerts] = await Promise.all([
      tokenRequestUsage(knex, connection.id),
      listOpenAlerts(knex, connection.id, MAX_ALERTS),
    ]);
    return {
      status: 200,
      body: {
        connection: await presentConnection(knex, connection),
        accessTokens: { askedFor: usage.used, limit: usage.limit, nextAt: usage.nextAt?.toISOString() ?? null },
        alerts: alerts.map(({ kind, severity, moduleName, message, openedAt }) => {
          return { kind, severity, module: moduleName, message, openedAt: openedAt.toISOString() };
        }),
      },
    };
  },
});

export const getPermissions = defineRoute({
  ...common,
  path: '/auth/permissions',
  operationId: 'getPermissions',
  summary: 'What the connected user may do',
  description: 'Asks Zoho; 2 API credits.',
  answers: { 200: { description: 'User, scopes and modules.', schema: Permissions } },
  problems: ZOHO_PROBLEMS,
  async handle({ connection }, deps) {
    const [user, modules] = await callInteractively(deps, connection, ({ transport, options }) =>
      Promise.all([getCurrentUser(transport, options), listModules(transport, options)]),
    );
    const { id, fullName, status, profile, role } = user;
    const { scopes } = connection;
    return {
      status: 200,
      body: {
        user: { id, fullName, status, profile, role },
        scopes,
        missingScopes: scopes.length === 0 ? [] : missingScopes(scopes),
        modules: modules.map((module) => ({
          apiName: module.apiName,
          label: module.pluralLabel,
          apiSupported: module.apiSupported,
          viewable: module.viewable,
          creatable: module.creatable,
          editable: module.editable,
          deletable: module.deletable,
        })),
      },
    };
  },
});

export const getOrganization = defineRoute({
  ...common,
  path: '/auth/organization',
  operationId: 'getOrganization',
  summary: 'The connected organization, its edition and licences',
  description: 'Asks Zoho; 1 API credit.',
  answers: { 200: { description: 'The organization.', schema: Organization } },
  problems: ZOHO_PROBLEMS,
  async handle({ connection }, deps) {
    const org = await callInteractively(deps, connection, ({ transport, options }) => getOrg(transport, options));
    const { companyName, type, edition, userLicences, timeZone, currency, multiCurrency, countryCode } = org;
    return {
      status: 200,
      body: {
        id: org.zgid,
        companyName,
        type,
        edition,
        userLicences,
        timeZone,
        currency,
        multiCurrency,
        countryCode,
      },
    };
  },
});

export const listUsersRoute = defineRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  tag: 'Connections',
  summary: 'List the users of the organization',
  description: 'Asks Zoho; 1 API credit. The connected user alone: `type=CurrentUser`.',
  access: 'viewer',
  connection: 'query',
  query: z.strictObject({
    connection,
    type: z.enum(USER_TYPES).default('AllUsers'),
    ...pageQuery(zohoPageCursor, { usual: 200 }),
  }),
  answers: { 200: { description: 'A page of users.', schema: UserPage } },
  problems: ZOHO_PROBLEMS,
  async handle({ connection, query }, deps) {
    const fetch = async (at: { page: number; perPage: number }) => {
      const { users, moreRecords } = await callInteractively(deps, connection, ({ transport, options }) =>
        listUsers(transport, { type: query.type, ...at }, options),
      );
      return { items: users, moreRecords };
    };
    return { status: 200, body: await zohoPage(query, fetch, 'users') };
  },
});
