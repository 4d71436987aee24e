import assert from 'node:assert/strict';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { API_ROLES, type ApiRole } from '../../../src/db/models/api-key';
import { NO_TEMPORAL, useApi } from '../support/api';

const ANY_ID = '01890000-0000-7000-8000-000000000000';
/** Routes that answer everybody. */
const OPEN = [
  '',
  '/health',
  '/ready',
  '/openapi.json',
  '/oauth/callback',
  '/callbacks/bulk-write/{id}',
  '/webhooks/zoho/{path}',
];
const UNKNOWN_KEY = `pps_0123456789ab_${'A'.repeat(43)}`;

describe('the role that a route needs', () => {
  const api = useApi(() => NO_TEMPORAL);

  async function statusOf(method: string, path: string, key: string | undefined): Promise<number> {
    const target = `${api.baseUrl}${API_PREFIX}${path.replaceAll(/\{\w+\}/g, ANY_ID)}`;
    const headers = { ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    const response = await fetch(target, { method, headers });
    await response.arrayBuffer();
    return response.status;
  }

  /** Status that refuses a key of this role; undefined where the answer is the route's own. */
  function refusalOf(access: ApiRole | 'open', role: ApiRole | undefined): number | undefined {
    if (access === 'open') return undefined;
    if (role === undefined) return 401;
    return API_ROLES.indexOf(role) < API_ROLES.indexOf(access) ? 403 : undefined;
  }

  it('is none for the root, the probes, the document of the API and the callbacks alone', () => {
    const open = ROUTES.filter(({ access }) => access === 'open').map(({ path }) => path);

    assert.deepEqual(open.sort(), [...OPEN].sort());
  });

  for (const { method, path, access, operationId } of ROUTES) {
    it(`is asked for by ${operationId}, for HEAD too`, async () => {
      for (const asked of method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]) {
        for (const role of [undefined, ...API_ROLES]) {
          const status = await statusOf(asked, path, role && api.keys[role]);

          const expected = refusalOf(access, role);
          if (expected === undefined) assert.ok(status !== 401 && status !== 403, `${asked} ${role}: ${status}`);
          else assert.equal(status, expected, `${asked} ${role}`);
        }
        if (access !== 'open') assert.equal(await statusOf(asked, path, UNKNOWN_KEY), 401);
      }
    });
  }

  it('is that of somebody who changes things, for all that does', () => {
    const byViewers = ROUTES.filter(({ method, access, audit }) => method !== 'get' && access === 'viewer' && audit);

    assert.deepEqual(byViewers, []);
  });
});
