import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { API_PREFIX } from '../../../src/api/paths';
import { ensureConnection } from '../../../src/db/connections/ensure-connection';
import type { ApiRole } from '../../../src/db/models/api-key';
import { KEY_RING } from '../../db/support';
import { type Answer, type ApiFixture, NO_TEMPORAL, useApi } from './api';

export interface OrganizationFixture {
  readonly api: ApiFixture;
  readonly simulator: Simulator;
  readonly connectionId: string;
  get(path: string, as?: ApiRole): Promise<Answer>;
  post(path: string, json: object, as?: ApiRole): Promise<Answer>;
  /** The text of an answer, as it came over the line. */
  text(path: string): Promise<string>;
  /** Number of calls that the simulator has received. */
  calls(): number;
  /** Entries of the ledger, newest last. */
  ledger(): Promise<{ operation: string; calls: number; credits: string; worker: string }[]>;
}

/** The real API in front of a simulated organization that is connected as `crm`. */
export function useOrganization(options: Parameters<typeof startSimulator>[0] = { deals: 40 }): OrganizationFixture {
  let simulator: Simulator | undefined;
  let connectionId = '';
  const started = (): Simulator => simulator ?? assert.fail('The simulator runs only while tests run.');
  const api = useApi(
    () => NO_TEMPORAL,
    () => started().url,
  );
  before(async () => {
    simulator = await startSimulator(options);
    const connection = await ensureConnection(api.knex, KEY_RING, {
      name: 'crm',
      dataCenter: 'us',
      accountsUrl: simulator.url,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      refreshToken: DEMO_REFRESH_TOKEN,
    });
    connectionId = connection.id;
  });
  after(() => simulator?.close());
  return {
    api,
    get simulator() {
      return started();
    },
    get connectionId() {
      return connectionId;
    },
    get: (path, as = 'viewer') => api.call('GET', `${API_PREFIX}${path}`, { as }),
    post: (path, json, as = 'operator') => api.call('POST', `${API_PREFIX}${path}`, { json, as }),
    text: async (path) => {
      const headers = { authorization: `Bearer ${api.keys.viewer}` };
      return (await fetch(`${api.baseUrl}${API_PREFIX}${path}`, { headers })).text();
    },
    calls: () => started().control.calls().recent.length,
    ledger: () => api.knex('sync.api_ledger').select('operation', 'calls', 'credits', 'worker').orderBy('id'),
  };
}

/** Fails unless the answer is this problem. */
export function assertProblem({ status, body }: Answer, code: string, detail = /./): void {
  const problem = body as ProblemDocument;
  assert.equal(problem.code, code, problem.detail);
  assert.equal(problem.status, status);
  assert.match(problem.detail, detail);
}
