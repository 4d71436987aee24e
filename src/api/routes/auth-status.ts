import { withOrganization } from '../../connect/manage-grant';
import { listOpenAlerts } from '../../db/alerts';
import { mintUsage } from '../../db/token-mints';
import { getOrg, listModules, listUsers, missingScopes } from '../../zoho';
import { AuthStatus, Organization, Permissions } from '../connection-schemas';
import { Problem } from '../problem';
import { representConnection } from '../represent-connection';
import { defineRoute } from '../route';
import { ConnectionQuery, connectionAt } from './find-connection';

const MOST_ALERTS = 50;

const common = { method: 'get', tag: 'Connections', access: 'viewer', query: ConnectionQuery } as const;
const ZOHO_PROBLEMS = [
  'connection_not_found',
  'connection_needs_reauth',
  'encryption_key_missing',
  'zoho_refused',
  'zoho_throttled',
  'zoho_unavailable',
] as const;

export const getAuthStatus = defineRoute({
  ...common,
  path: '/auth/status',
  operationId: 'getAuthStatus',
  summary: 'Whether the organization is connected, and what a person should look at',
  description: 'Answered from PostgreSQL alone.',
  answers: { 200: { description: 'The state of the grant.', schema: AuthStatus } },
  problems: ['connection_not_found'],
  async handle({ query }, { knex }) {
    const connection = await connectionAt(knex, query.connection);
    const [usage, alerts] = await Promise.all([
      mintUsage(knex, connection.id),
      listOpenAlerts(knex, connection.id, MOST_ALERTS),
    ]);
    return {
      status: 200,
      body: {
        connection: representConnection(connection),
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
  async handle({ query }, { knex, connect }) {
    const connection = await connectionAt(knex, query.connection);
    const [users, modules] = await withOrganization(connect, connection, (transport) =>
      Promise.all([listUsers(transport, { type: 'CurrentUser' }), listModules(transport)]),
    );
    const [user] = users.users;
    if (!user) throw new Problem('zoho_refused', 'Zoho does not say who the connected user is.');
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
  async handle({ query }, { knex, connect }) {
    const connection = await connectionAt(knex, query.connection);
    const org = await withOrganization(connect, connection, (transport) => getOrg(transport));
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
