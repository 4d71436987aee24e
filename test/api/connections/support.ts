import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import type { Connection } from '../../../src/api/connections/schemas';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { getConnection, insertConnection } from '../../../src/db/connections/connections';
import type { ApiRole } from '../../../src/db/models/api-key';
import { NEEDED_SCOPES } from '../../../src/zoho/auth/scopes';
import { KEY_RING } from '../../db/support';
import { type Answer, NO_TEMPORAL, useApi } from '../support/api';

export const CALLBACK = '/api/v1/oauth/callback';

export function connectionOf({ body }: Answer): Connection {
  return (body as { connection: Connection }).connection;
}

export function problemOf({ body }: Answer): ProblemDocument {
  return body as ProblemDocument;
}

/** The API and a simulated organization for a suite, with the steps of connecting the one to the other. */
export function useConnections() {
  let simulator: Simulator;
  const zoho = (): Simulator => simulator;
  const api = useApi(
    () => NO_TEMPORAL,
    () => simulator.url,
  );
  before(async () => {
    simulator = await startSimulator({ deals: 10 });
  });
  after(() => simulator.close());
  beforeEach(() => simulator.control.reset());

  const post = (path: string, json: object = {}, as: ApiRole = 'admin') =>
    api.call('POST', `/api/v1/connections/${path}`, { json, as });
  const row = (name: string) => getConnection(api.knex, name);
  const tokenCalls = (): number => simulator.control.calls().operations['token']?.calls ?? 0;

  /** Takes the grant back in Zoho and has it noticed; the refusals before the last one are taken as seen. */
  async function lose(name: string): Promise<void> {
    simulator.control.revokeTokens();
    await api.knex('sync.connections').where({ name }).update({ token_refusals: 2 });
    assert.equal(problemOf(await post(`${name}/refresh`)).code, 'connection_needs_reauth');
  }

  return { api, lose, post, row, tokenCalls, zoho, ...clients(api, zoho), ...consents(api, post, zoho) };
}

type Api = ReturnType<typeof useApi>;
type Post = (path: string, json?: object) => Promise<Answer>;

function clients(api: Api, zoho: () => Simulator) {
  let made = 0;
  /** A connection with the simulator's client, not connected yet. */
  async function someClient(more: object = {}): Promise<string> {
    made += 1;
    const name = `connect${made}`;
    const json = { name, clientId: DEMO_CLIENT_ID, clientSecret: DEMO_CLIENT_SECRET, ...more };
    const answer = await api.call('POST', '/api/v1/connections', { json, as: 'admin' });
    assert.equal(answer.status, 201);
    return name;
  }

  /** A connection with the simulator's grant. */
  async function someConnected(): Promise<string> {
    const name = await someClient();
    const client = { name: `${name}c`, clientId: DEMO_CLIENT_ID, clientSecret: DEMO_CLIENT_SECRET };
    const grant = { dataCenter: 'us', accountsUrl: zoho().url, refreshToken: DEMO_REFRESH_TOKEN };
    return (await insertConnection(api.knex, KEY_RING, { ...client, ...grant })).name;
  }

  return { someClient, someConnected };
}

function consents(api: Api, post: Post, zoho: () => Simulator) {
  /** Begins a consent and consents: what the simulator sends the browser back to. */
  async function consent(name: string, json: object = {}): Promise<URL> {
    const begun = await post(`${name}/authorization`, json);
    assert.equal(begun.status, 201);
    const { authorizationUrl } = begun.body as { authorizationUrl: string };
    const redirect = await fetch(authorizationUrl, { redirect: 'manual' });
    assert.equal(redirect.status, 302);
    return new URL(redirect.headers.get('location') ?? '');
  }
  const comeBack = (url: URL) => api.call('GET', `${CALLBACK}${url.search}`, { as: null });

  /** A code as the API console gives it to the owner of a self client. */
  async function selfClientCode(scopes: readonly string[] = NEEDED_SCOPES): Promise<string> {
    const url = new URL('/oauth/v2/auth', zoho().url);
    const self = { client_id: DEMO_CLIENT_ID, redirect_uri: 'https://self.test/', scope: scopes.join(',') };
    url.search = new URLSearchParams(self).toString();
    const redirect = await fetch(url, { redirect: 'manual' });
    return new URL(redirect.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }

  return { comeBack, consent, selfClientCode };
}
