import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createApiKey } from '../../../src/db/access/api-keys';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { NO_TEMPORAL, useApi } from '../support/api';

/** Requests of one address: its limit for a minute, and some more. */
const FLOOD = 320;
const LIMIT = 300;

const someKey = (): string => `pps_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;

for (const [what, path, headers] of [
  ['callbacks of consents that nobody began', `/api/v1/oauth/callback?state=x`, () => ({})],
  ['paths that do not exist', `/api/v1/${'x'.repeat(5_000)}`, () => ({})],
  ['keys of the right form', '/api/v1/sessions', () => ({ authorization: `Bearer ${someKey()}` })],
] as const) {
  describe(`a flood of ${what}`, function () {
    this.timeout(60_000);
    const api = useApi(() => ({ ...NO_TEMPORAL, ping: async () => undefined }));
    let statuses: number[];
    let queries = 0;
    before(async () => {
      const count = (): void => void (queries += 1);
      api.knex.on('query', count);
      const answers = [];
      for (let sent = 0; sent < FLOOD; sent += 1)
        answers.push(await api.call('GET', path, { as: null, headers: headers() }));
      api.knex.off('query', count);
      statuses = answers.map(({ status }) => status);
    });

    it('is answered 429 from the limit on', () => {
      const refused = statuses.map((status) => status === 429);

      assert.deepEqual(refused, [...Array<boolean>(LIMIT).fill(false), ...Array<boolean>(FLOOD - LIMIT).fill(true)]);
    });

    it('leaves a bounded log, and no entry in the audit log', async () => {
      assert.equal(api.logLines.length, LIMIT + 1);
      assert.ok(api.logLines.every((line) => line.length < 1_000));
      assert.deepEqual(await listAuditEntries(api.knex, {}, 1), []);
    });

    it('costs no query beyond the limit but the list of keys', () => {
      assert.ok(queries <= LIMIT + 30, String(queries));
    });

    it('keeps nobody out who has a key, not even one made meanwhile', async () => {
      const { secret } = await createApiKey(api.knex, { name: 'late', role: 'viewer' });
      const late = { as: null, headers: { authorization: `Bearer ${secret}` } };

      assert.equal((await api.call('GET', '/api/v1/sessions', { as: 'viewer' })).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      assert.equal((await api.call('GET', '/api/v1/sessions', late)).status, 200);
    });

    it('leaves the probes their answer', async () => {
      for (const probe of ['health', 'ready', 'openapi.json']) {
        assert.equal((await api.call('GET', `/api/v1/${probe}`, { as: null })).status, 200, probe);
      }
    });

    it('says when to come back', async () => {
      const { headers: answered, body } = await api.call('GET', path, { as: null, headers: headers() });

      assert.ok(Number(answered.get('retry-after')) > 0 && Number(answered.get('retry-after')) <= 60);
      assert.equal((body as { code: string }).code, 'too_many_requests');
    });
  });
}

describe('the readiness probe', () => {
  let pings = 0;
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    ping: async () => {
      pings += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
    },
  }));

  it('asks the parts once for all who ask at a time', async () => {
    const asked = Array.from({ length: 50 }, () => api.call('GET', '/api/v1/ready', { as: null }));

    assert.deepEqual(new Set((await Promise.all(asked)).map(({ status }) => status)), new Set([200]));
    assert.equal(pings, 1);
  });
});
