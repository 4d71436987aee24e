import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Configuration, ConfigurationValidation } from '../../../src/api/configurations/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { listIndexedFields } from '../../../src/db/configurations/configurations';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';

const PATH = '/api/v1/configurations';

describe('configurations', () => {
  const api = useApi(() => NO_TEMPORAL);
  let org: ConnectionModel;
  let name: string;
  beforeEach(async () => {
    org = await someConnection(api.knex);
    name = `${org.name}-deals`;
    await claimMirror(api.knex, org.id, { id: '11', apiName: 'Deals' });
  });

  const draft = (more: object = {}) => ({ configName: name, connection: org.name, moduleName: 'Deals', ...more });
  const create = (more: object = {}) => api.call('POST', PATH, { as: 'admin', json: draft(more) });
  const replace = (json: object, version?: number) =>
    api.call('PUT', `${PATH}/${name}`, {
      as: 'admin',
      json: { connection: org.name, moduleName: 'Deals', ...json },
      ...(version !== undefined && { headers: { 'if-match': `"${version}"` } }),
    });
  const configuration = ({ body }: Answer) => (body as { configuration: Configuration }).configuration;
  const codeOf = ({ status, body }: Answer) => [status, (body as { code: string }).code];
  const validate = async (json: object) =>
    (await api.call('POST', `${PATH}/validate`, { as: 'viewer', json })).body as ConfigurationValidation;

  it('get defaults, a version and a tag', async () => {
    const created = await create({ syncFrequencyMinutes: 30, rateLimitBuffer: 12.5 });

    const { moduleName, syncFrequencyMinutes, nightly, rateLimitBuffer, version, createdBy } = configuration(created);
    assert.deepEqual(
      [created.status, created.headers.get('location'), created.headers.get('etag')],
      [201, `${PATH}/${name}`, '"1"'],
    );
    assert.deepEqual(
      [moduleName, syncFrequencyMinutes, nightly, rateLimitBuffer, version, createdBy],
      ['Deals', 30, 'compare', 12.5, 1, api.actor('admin')],
    );
  });

  it('name fields that the mirror indexes, as long as they are active', async () => {
    const key = 'Deals';
    await create({ indexedFields: ['Stage', 'Modified_Time'] });
    const indexed = await listIndexedFields(api.knex, org.id, key);
    await replace({ indexedFields: ['Stage'], isActive: false }, 1);

    assert.deepEqual(indexed, ['Stage', 'Modified_Time']);
    assert.deepEqual(await listIndexedFields(api.knex, org.id, key), []);
  });

  it('sync once an hour in the Free edition unless they say otherwise', async () => {
    await api.knex('sync.connections').where({ id: org.id }).update({ edition: 'Free' });

    assert.equal(configuration(await create()).syncFrequencyMinutes, 60);
  });

  it('are replaced whole, by who has seen the version that is there', async () => {
    await create({ syncFrequencyMinutes: 30, requiredFields: ['Stage'] });

    const replaced = await replace({ nightly: 'none' }, 1);
    const late = await replace({ nightly: 'incremental' }, 1);
    const blind = await replace({ nightly: 'incremental' });

    const { syncFrequencyMinutes, requiredFields, nightly, version } = configuration(replaced);
    assert.deepEqual([syncFrequencyMinutes, requiredFields, nightly, version], [15, [], 'none', 2]);
    assert.deepEqual(
      [codeOf(late), codeOf(blind)],
      [
        [412, 'precondition_failed'],
        [428, 'precondition_required'],
      ],
    );
    const audited = await listAuditEntries(api.knex, { target: `configuration/${name}` }, 10);
    assert.deepEqual(
      audited.map(({ action, outcome }) => `${action} ${outcome}`),
      [
        'configuration.replace precondition_required',
        'configuration.replace precondition_failed',
        'configuration.replace succeeded',
        'configuration.create succeeded',
      ],
    );
  });

  it('are not sent again to who has them', async () => {
    await create();

    // Node's fetch asks caches to be left out.
    const headers = { authorization: `Bearer ${api.keys.viewer}`, 'if-none-match': '"1"' };
    const [same] = (await once(get(`${api.baseUrl}${PATH}/${name}`, { headers }), 'response')) as [IncomingMessage];
    same.resume();

    assert.equal(same.statusCode, 304);
  });

  it('are deleted by who has seen the version that is there', async () => {
    await create();
    const remove = (version: number) =>
      api.call('DELETE', `${PATH}/${name}`, { as: 'admin', headers: { 'if-match': `"${version}"` } });

    const answers = [await remove(2), await remove(1), await remove(1)];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [412, 200, 404],
    );
  });

  it('are one a name, and one active a module', async () => {
    await create();

    const sameName = await create();
    const sameModule = await create({ configName: `${name}-2`, moduleName: 'deals' });
    const off = await create({ configName: `${name}-3`, isActive: false });

    assert.deepEqual(
      [codeOf(sameName), codeOf(sameModule), off.status],
      [[409, 'configuration_exists'], [409, 'module_configured'], 201],
    );
  });

  it('may be made by several at once, of whom one is first', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((number) => create({ configName: `${name}-${number}` })));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
  });

  it('are listed by name, of one connection or of all', async () => {
    await create();
    await create({ configName: `${name}-b`, isActive: false });
    const list = async (query: string) =>
      (await api.call('GET', `${PATH}?${query}`, { as: 'viewer' })).body as {
        configurations: Configuration[];
        nextCursor: string;
      };

    const first = await list(`connection=${org.name}&limit=1`);
    const second = await list(`connection=${org.name}&limit=1&cursor=${first.nextCursor}`);

    assert.deepEqual(
      [...first.configurations, ...second.configurations].map(({ configName }) => configName),
      [name, `${name}-b`],
    );
    assert.ok((await list('limit=200')).configurations.length >= 2);
  });

  it('are changed by admins alone', async () => {
    const answer = await api.call('POST', PATH, { as: 'operator', json: draft() });

    assert.deepEqual(codeOf(answer), [403, 'forbidden']);
  });

  it('name fields that the module has', async () => {
    await knowField(org.id, 'Stage');

    const refused = await create({ requiredFields: ['Stag'] });

    assert.deepEqual(codeOf(refused), [422, 'configuration_invalid']);
    const { errors } = refused.body as { errors: { pointer: string; detail: string }[] };
    assert.equal(errors[0]?.pointer, '#/requiredFields/0');
    assert.match(errors[0].detail, /the nearest are Stage/);
  });

  async function knowField(connectionId: string, apiName: string): Promise<void> {
    await api.knex('sync.module_fields').insert({
      connection_id: connectionId,
      module_name: 'Deals',
      field_id: '1',
      api_name: apiName,
      column_name: 'stage',
      data_type: 'picklist',
      column_type: 'text',
      definition: JSON.stringify({ apiName, bulkReadable: true }),
      ordinal: 1,
    });
  }

  describe('that are only checked', () => {
    it('say each thing that is wrong in a sentence, and store nothing', async () => {
      const { valid, errors, meaning } = await validate(
        draft({ syncFrequencyMinutes: 0, nightly: 'sometimes', rateLimitBuffer: 101, unknown: 1, isActive: 'yes' }),
      );

      assert.equal(valid, false);
      assert.equal(meaning, null);
      assert.deepEqual(Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail])), {
        '#/syncFrequencyMinutes': 'Must be a whole number of minutes from 1 to 10080',
        '#/nightly': 'Must be one of none, incremental, compare',
        '#/rateLimitBuffer': "Must be the share of the day's credits that stays free, a number from 0 to 100",
        '#/unknown': 'Unknown name',
        '#/isActive': 'Must be true or false',
      });
      assert.equal((await api.call('GET', `${PATH}/${name}`)).status, 404);
    });

    it('say when they would run and what that costs', async () => {
      await api.knex('sync.connections').where({ id: org.id }).update({ schedule_time_zone: 'Europe/Berlin' });
      for (const [sessionType, credits] of [
        ['full_sync', 70],
        ['incremental_sync', 2],
      ] as const) {
        const { id } = await someSession(api.knex, { connectionId: org.id, sessionType });
        await api.knex('sync.crm_sync_sessions').where({ id }).update({ status: 'completed', credits_spent: credits });
      }

      const { valid, warnings, meaning } = await validate(draft());

      assert.ok(valid && meaning);
      assert.deepEqual(meaning.creditsPerDay, { incremental: 192, nightly: 70, total: 262 });
      const nights = meaning.nextRuns.filter(({ kind }) => kind === 'nightly').map(({ at }) => new Date(at));
      const wall = new Intl.DateTimeFormat('de', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
      assert.deepEqual(new Set(nights.map((at) => wall.format(at))), new Set(['02:15']));
      assert.equal(meaning.nextRuns.length, 10);
      // In Berlin one night a year has no 02:15.
      assert.ok(warnings.length === 1 && warnings[0]?.includes('leaves the time of the night out'));
    });

    it('say that nobody knows the module', async () => {
      await api.knex('sync.connections').where({ id: org.id }).update({ status: 'disabled' });

      const { errors } = await validate({ configName: name, connection: org.name });

      assert.deepEqual(
        errors.map(({ pointer }) => pointer),
        ['#/moduleName'],
      );
    });
  });
});
