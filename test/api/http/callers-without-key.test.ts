import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Route } from '../../../src/api/http/route';
import { ROUTES } from '../../../src/api/routes';
import { createApiKey } from '../../../src/db/access/api-keys';
import { NO_TEMPORAL, useApi } from '../support/api';

/** Requests of one address: its limit for a minute, and some more. */
const FLOOD = 320;
const LIMIT = 300;
const ANY_ID = '01890000-0000-7000-8000-000000000000';
/** pino's level "info". */
const INFO = 30;

const someKey = (): string => `pps_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;

/** Queries by which a request of an open route gets further than the check of its parameters. */
const QUERIES: Readonly<Record<string, string>> = {
  oauthCallback: '?state=x',
  bulkWriteCallback: '?file=1&secret=x',
};
const open = ROUTES.filter(({ access }) => access === 'open');
const target = ({ method, path, operationId }: Route) =>
  [
    operationId,
    method.toUpperCase(),
    `/api/v1${path.replaceAll(/\{\w+\}/g, ANY_ID)}${QUERIES[operationId] ?? ''}`,
    () => ({}),
  ] as const;

/** The receiver of notifications, which is no probe, has a limit of its own. */
const probes = open.filter(({ unlimited, method }) => unlimited && method === 'get');

/** Rows of every table of the engine. */
async function rowsOf(knex: Knex): Promise<Record<string, unknown>> {
  const { rows: tables } = await knex.raw<{ rows: { name: string }[] }>(
    "select table_name as name from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'",
  );
  const counts = tables.map(async ({ name }) => [name, await knex(name).withSchema('sync').count()] as const);
  return Object.fromEntries(await Promise.all(counts));
}

for (const [what, method, path, headers] of [
  ...open.filter(({ unlimited }) => unlimited !== true).map(target),
  ['paths that do not exist', 'GET', `/api/v1/${'x'.repeat(5_000)}`, () => ({})],
  ['keys of the right form', 'GET', '/api/v1/sessions', () => ({ authorization: `Bearer ${someKey()}` })],
] as const) {
  describe(`a flood without a key: ${what}`, function () {
    this.timeout(60_000);
    const api = useApi(() => ({ ...NO_TEMPORAL, ping: async () => undefined }));
    let statuses: number[];
    let queries = 0;
    let rows: Record<string, unknown>;
    before(async () => {
      rows = await rowsOf(api.knex);
      const count = (): void => void (queries += 1);
      api.knex.on('query', count);
      const answers = [];
      for (let sent = 0; sent < FLOOD; sent += 1)
        answers.push(await api.call(method, path, { as: null, headers: headers() }));
      api.knex.off('query', count);
      statuses = answers.map(({ status }) => status);
    });

    it('is answered 429 from the limit on', () => {
      const refused = statuses.map((status) => status === 429);

      assert.deepEqual(refused, [...Array<boolean>(LIMIT).fill(false), ...Array<boolean>(FLOOD - LIMIT).fill(true)]);
    });

    it('leaves a bounded log, and no row in any table', async () => {
      assert.equal(api.logLines.length, LIMIT + 1);
      assert.ok(api.logLines.every((line) => line.length < 1_000));
      assert.deepEqual(await rowsOf(api.knex), rows);
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
      for (const [probe, , address] of probes.map(target)) {
        assert.equal((await api.call('GET', address, { as: null })).status, 200, probe);
      }
    });

    it('says when to come back', async () => {
      const { headers: answered, body } = await api.call(method, path, { as: null, headers: headers() });

      assert.ok(Number(answered.get('retry-after')) > 0 && Number(answered.get('retry-after')) <= 60);
      assert.equal((body as { code: string }).code, 'too_many_requests');
    });
  });
}

describe('a flood of probes', () => {
  const api = useApi(() => ({ ...NO_TEMPORAL, ping: async () => undefined }));

  it('leaves no line in the log of a running engine', async () => {
    for (const [, method, address] of probes.map(target)) {
      await api.call(method, address, { as: null });
    }

    const levels = api.logLines.map((line) => (JSON.parse(line) as { level: number }).level);
    assert.ok(levels.length > 0);
    assert.ok(levels.every((level) => level < INFO));
  });
});

describe('the readiness probe', () => {
  let pings = 0;
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    ping: async () => {
      pings += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    },
  }));

  it('asks the parts once for all who ask at a time', async () => {
    const asked = Array.from({ length: 50 }, () => api.call('GET', '/api/v1/ready', { as: null }));

    assert.deepEqual(new Set((await Promise.all(asked)).map(({ status }) => status)), new Set([200]));
    assert.equal(pings, 1);
  });
});
