import { acceptGrant } from '../../connection/consent/accept-grant';
import { beginConsent } from '../../connection/consent/authorization-code-flow';
import { refreshNow, revokeGrant } from '../../connection/consent/refresh-and-revoke';
import { NEEDED_SCOPES } from '../../zoho/auth/scopes';
import { ConnectionParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { assertStays } from './assert-usable';
import { presentConnection } from './present';
import { Authorization, AuthorizationRequest, ConnectionAnswer, GrantCodeRequest } from './schemas';

const common = {
  method: 'post',
  tag: 'Connections',
  access: 'admin',
  connection: 'path',
  params: ConnectionParams,
} as const;
const NOW = { 200: { description: 'The connection as it is now.', schema: ConnectionAnswer } } as const;
const target = (_request: object, connection: string): string => `connection/${connection}`;

export const authorizeConnection = defineRoute({
  ...common,
  path: '/connections/{name}/authorization',
  operationId: 'authorizeConnection',
  summary: 'Begin a consent in the browser',
  description: 'Open the answered URL as a user of the org. Zoho sends the browser to the callback, which connects it.',
  body: AuthorizationRequest,
  answers: { 201: { description: 'Open the URL before it expires.', schema: Authorization } },
  problems: ['connection_not_active'],
  audit: { action: 'connection.authorize', target },
  async handle({ connection, body, actor }, { connect }) {
    assertStays(connection);
    // Which org consented is always asked before the grant is taken.
    const scopes = [...new Set([...(body.scopes ?? NEEDED_SCOPES), 'ZohoCRM.org.READ'])];
    const { authorizationUrl, expiresAt } = await beginConsent(connect, connection, { scopes, requestedBy: actor });
    const { redirectUri } = connect;
    return { status: 201, body: { authorizationUrl, redirectUri, expiresAt: expiresAt.toISOString() } };
  },
});

export const submitGrantCode = defineRoute({
  ...common,
  path: '/connections/{name}/grant-code',
  operationId: 'submitGrantCode',
  summary: 'Connect with a grant code of a self client',
  description: 'The code works once, for at most ten minutes, in the data center of the connection.',
  body: GrantCodeRequest,
  answers: NOW,
  problems: [...ZOHO_PROBLEMS, 'grant_refused', 'connection_not_active'],
  audit: { action: 'connection.grant_code', target, details: ({ body }) => ({ scopes: body.scopes }) },
  async handle({ connection, body }, { connect }) {
    assertStays(connection);
    const { accountsUrl, dataCenter } = connection;
    const connected = await acceptGrant(connect, connection, { ...body, accountsUrl, dataCenter });
    return { status: 200, body: { connection: await presentConnection(connect.knex, connected) } };
  },
});

export const refreshConnection = defineRoute({
  ...common,
  path: '/connections/{name}/refresh',
  operationId: 'refreshConnection',
  summary: 'Ask Zoho for a new access token',
  description: 'Also tries again a grant that was given up.',
  answers: NOW,
  problems: ZOHO_PROBLEMS,
  audit: { action: 'connection.refresh', target },
  async handle({ connection }, { connect }) {
    const refreshed = await refreshNow(connect, connection);
    return { status: 200, body: { connection: await presentConnection(connect.knex, refreshed) } };
  },
});

export const revokeConnection = defineRoute({
  ...common,
  path: '/connections/{name}/revoke',
  operationId: 'revokeConnection',
  summary: 'Give back the grant: disconnect the organization',
  description: 'What is in the mirror stays there. Revoking twice changes nothing.',
  answers: NOW,
  problems: ZOHO_PROBLEMS,
  audit: { action: 'connection.revoke', target },
  async handle({ connection, actor }, { connect }) {
    const revoked = await revokeGrant(connect, connection, actor);
    return { status: 200, body: { connection: await presentConnection(connect.knex, revoked) } };
  },
});
