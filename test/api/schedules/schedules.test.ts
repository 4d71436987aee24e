import assert from 'node:assert/strict';
import { followConfigurations } from '../../../src/activities/maintenance/follow-configurations';
import type { Schedule } from '../../../src/api/schedules/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { insertConfiguration, findConfiguration } from '../../../src/db/configurations/configurations';
import { createLogger } from '../../../src/logger';
import type { TemporalClient } from '../../../src/temporal/client';
import { SyncSchedules } from '../../../src/temporal/schedules/sync-schedules';
import { pulse } from '../../cli/support';
import { someConnection, someSession } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';
import { poll } from '../../support/poll';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';
import { NO_SCHEDULES, NO_TEMPORAL, useApi, type Answer } from '../support/api';

const PATH = '/api/v1/schedules';

describe('schedules, by the API and at the command line', function () {
  this.timeout(60_000);
  let temporal: TemporalClient;
  let isTemporalAway = false;
  const real = () => new SyncSchedules(temporal);
  const api = useApi(
    () => NO_TEMPORAL,
    undefined,
    undefined,
    () => (isTemporalAway ? NO_SCHEDULES : real()),
  );
  let org = { id: '', name: '' };
  let id: string;
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());
  beforeEach(async () => {
    isTemporalAway = false;
    await api.knex('sync.sync_configurations').delete();
    org = await someConnection(api.knex);
    const content = { connectionId: org.id, moduleName: 'Deals', settings: someSettings() };
    await insertConfiguration(api.knex, `${org.name}-deals`, content, 'test');
    id = `incremental:${org.name}:Deals`;
  });

  const follow = () =>
    followConfigurations({ knex: api.knex, syncSchedules: real(), logger: createLogger('test', 'silent') });
  const scheduleOf = ({ body }: Answer) => (body as { schedule: Schedule }).schedule;
  const show = async () => scheduleOf(await api.call('GET', `${PATH}/${encodeURIComponent(id)}`, { as: 'viewer' }));
  const command = (name: string, as: 'viewer' | 'operator' = 'operator') =>
    api.call('POST', `${PATH}/${id}/${name}`, { as, json: { reason: 'maintenance' } });
  const codeOf = ({ body }: Answer) => (body as { code: string }).code;

  it('show when they run next, and what ran last', async () => {
    await follow();
    const session = await someSession(api.knex, { connectionId: org.id, sessionType: 'incremental_sync' });

    const schedule = await show();

    assert.deepEqual(
      [schedule.state, schedule.everyMinutes, schedule.module, schedule.drift, schedule.source, schedule.next.length],
      ['active', 15, 'Deals', false, 'temporal', 5],
    );
    assert.equal(schedule.last?.sessionId, session.id);
  });

  it('are missing until the engine has made them, and cannot be triggered before', async () => {
    assert.equal((await show()).state, 'missing');
    assert.equal(codeOf(await command('trigger')), 'schedule_not_ready');
  });

  it('are paused and resumed, also before they are made, with who and why', async () => {
    const early = scheduleOf(await command('pause'));
    await follow();
    const paused = await show();
    const resumed = scheduleOf(await command('resume'));
    await follow();

    assert.deepEqual([early.state, early.reason], ['missing', 'maintenance']);
    assert.deepEqual(
      [paused.state, paused.pausedBy, paused.reason, paused.next],
      ['paused', api.actor('operator'), 'maintenance', []],
    );
    assert.deepEqual([resumed.state, resumed.pausedBy], ['active', null]);
    assert.equal((await findConfiguration(api.knex, `${org.name}-deals`))?.row.pausedAt, null);
    const audited = await listAuditEntries(api.knex, { target: `schedule/${id}` }, 10);
    assert.deepEqual(
      audited.map(({ action, outcome }) => `${action} ${outcome}`),
      ['schedule.resume succeeded', 'schedule.pause succeeded'],
    );
  });

  it('are triggered once while a run is at work', async () => {
    await follow();

    const answers = [await command('trigger'), await command('trigger')];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 202],
    );
    const handle = temporal.client.schedule.getHandle(id);
    await poll(async () => (await handle.describe()).info.numActionsSkippedOverlap === 1, {
      what: 'the second run is skipped',
    });
    assert.equal((await handle.describe()).info.numActionsTaken, 1);
  });

  it('are shown from the database while Temporal is away, and not changed', async () => {
    await follow();
    isTemporalAway = true;

    const schedule = await show();
    const paused = await command('pause');

    assert.deepEqual([schedule.state, schedule.source, schedule.drift], ['active', 'database', null]);
    assert.equal(schedule.next.length, 5);
    assert.equal(codeOf(paused), 'temporal_unavailable');
  });

  it('are those of active configurations alone, and commanded by operators', async () => {
    const answers = [await api.call('GET', `${PATH}/incremental:${org.name}:Leads`), await command('pause', 'viewer')];

    assert.deepEqual(answers.map(codeOf), ['schedule_not_found', 'forbidden']);
  });

  it('are listed page by page', async () => {
    const content = { connectionId: org.id, moduleName: 'Leads', settings: someSettings() };
    await insertConfiguration(api.knex, `${org.name}-leads`, content, 'test');
    const list = async (cursor = '') =>
      (await api.call('GET', `${PATH}?connection=${org.name}&limit=1${cursor}`)).body as {
        schedules: Schedule[];
        nextCursor: string;
      };

    const first = await list();
    const second = await list(`&cursor=${first.nextCursor}`);

    assert.deepEqual(
      [...first.schedules, ...second.schedules].map(({ module }) => module),
      ['Deals', 'Leads'],
    );
  });

  it('are steered by pulse', async () => {
    await follow();
    const run = (...args: string[]) => pulse(api, ['schedules', ...args]);

    const paused = await run('pause', id, '--reason', 'migration');
    const listed = await run('list', '--connection', org.name);
    const resumed = await run('resume', id);
    const triggered = await run('run', id);
    const shown = await run('show', id);

    assert.deepEqual([paused.code, listed.code, resumed.code, triggered.code, shown.code], [0, 0, 0, 0, 0], paused.err);
    assert.match(paused.out, /state +paused\npaused by +api-key:operator#\w+\nreason +migration/);
    assert.match(listed.out, new RegExp(`${id} +every 15 min +paused`));
    assert.match(shown.out, /when +every 15 min\nstate +active\nnext +20/);
  });
});
