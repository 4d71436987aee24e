import assert from 'node:assert/strict';
import fc from 'fast-check';
import { followConfigurations } from '../../../src/activities/maintenance/follow-configurations';
import {
  deleteConfiguration,
  findConfiguration,
  insertConfiguration,
  replaceConfiguration,
} from '../../../src/db/configurations/configurations';
import { saveNight } from '../../../src/db/connections/connections';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { readDeployment, readDesiredSchedules } from '../../../src/db/schedules/desired-schedules';
import type { ConfigurationSettings } from '../../../src/domain/configurations/configuration';
import { nextIntervals, nextTimesOfDay } from '../../../src/domain/schedules/next-runs';
import { createLogger } from '../../../src/logger';
import type { TemporalClient } from '../../../src/temporal/client';
import { SyncSchedules } from '../../../src/temporal/schedules/sync-schedules';
import { someConnection, useDatabase } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';
import { poll } from '../../support/poll';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

const MODULES = ['Leads', 'Deals', 'Contacts'] as const;
type Module = (typeof MODULES)[number];

describe('the schedules of modules', function () {
  this.timeout(120_000);
  const database = useDatabase();
  let temporal: TemporalClient;
  let schedules: SyncSchedules;
  let org: ConnectionModel;
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
    schedules = new SyncSchedules(temporal);
  });
  after(() => temporal.connection.close());
  beforeEach(beginAnew);

  /** Configurations of earlier tests would be followed again and again. */
  async function beginAnew(): Promise<void> {
    await database.knex('sync.sync_configurations').delete();
    org = await someConnection(database.knex);
  }

  const follow = () =>
    followConfigurations({ knex: database.knex, syncSchedules: schedules, logger: createLogger('test', 'silent') });
  const nameOf = (module: Module) => `${org.name}-${module}`;
  const handleOf = (module: Module) => temporal.client.schedule.getHandle(`incremental:${org.name}:${module}`);
  const rowOf = async (module: Module) => (await findConfiguration(database.knex, nameOf(module)))?.row;

  /** Creates or replaces the configuration of a module. */
  async function configure(module: Module, settings: Partial<ConfigurationSettings> = {}): Promise<void> {
    const content = { connectionId: org.id, moduleName: module, settings: someSettings(settings) };
    const row = await rowOf(module);
    if (row) await replaceConfiguration(database.knex, nameOf(module), row.version, content);
    else await insertConfiguration(database.knex, nameOf(module), content, 'test');
  }

  async function remove(module: Module): Promise<void> {
    await deleteConfiguration(database.knex, nameOf(module), (await rowOf(module))?.version ?? 0);
  }

  /** Modules with a schedule in Temporal, and whether it is paused. */
  async function scheduled(): Promise<Partial<Record<Module, boolean>>> {
    const found = await Promise.all(
      MODULES.map(async (module) => {
        const description = await handleOf(module)
          .describe()
          .catch(() => undefined);
        return description ? [[module, description.state.paused] as const] : [];
      }),
    );
    return Object.fromEntries(found.flat());
  }

  /** The list of schedules lags behind, and with it the knowledge of strays. */
  const followUntil = (expected: Partial<Record<Module, boolean>>) =>
    poll(
      async () => {
        await follow();
        return JSON.stringify(await scheduled()) === JSON.stringify(expected);
      },
      { what: `the schedules are ${JSON.stringify(expected)}`, explain: async () => JSON.stringify(await scheduled()) },
    );

  it('come, change and go with their configurations', async () => {
    await configure('Leads', { syncFrequencyMinutes: 30, jitterSeconds: 0 });
    await follow();
    const [desired] = await readDesiredSchedules(database.knex, { connectionId: org.id });
    assert.ok(desired?.kind === 'incremental');
    const next = async () => (await handleOf('Leads').describe()).info.nextActionTimes.slice(0, 3);
    const { everyMinutes, offsetSeconds } = desired;
    assert.deepEqual(await next(), nextIntervals(everyMinutes, offsetSeconds, new Date(), 3));

    await configure('Leads', { syncFrequencyMinutes: 5, jitterSeconds: 0, catchUpMinutes: 2 });
    await follow();
    const changed = await handleOf('Leads').describe();
    assert.deepEqual([changed.spec.intervals?.[0]?.every, changed.policies.catchupWindow], [300_000, 120_000]);

    await configure('Leads', { isActive: false });
    await followUntil({});
  });

  it('start the incremental sync of their module', async () => {
    await configure('Deals');
    await follow();

    const { action, policies } = await handleOf('Deals').describe();

    assert.equal(action.workflowType, 'incrementalSync');
    assert.deepEqual(action.args, [
      {
        connectionId: org.id,
        connection: org.name,
        module: 'Deals',
        trigger: 'schedule',
        configurationId: (await rowOf('Deals'))?.id,
        options: {},
      },
    ]);
    assert.equal(policies.overlap, 'SKIP');
  });

  it('stay paused by a person whatever the configuration does, and their row says so', async () => {
    await configure('Leads');
    await follow();

    await handleOf('Leads').pause('Migration week');
    await configure('Leads', { syncFrequencyMinutes: 5 });
    await follow();

    const { state, spec } = await handleOf('Leads').describe();
    assert.deepEqual([state.paused, state.note, spec.intervals?.[0]?.every], [true, 'Migration week', 300_000]);
    const row = await rowOf('Leads');
    assert.deepEqual([row?.pausedBy, row?.pausedReason], ['temporal', 'Migration week']);
    assert.ok(row?.pausedAt);
    await handleOf('Leads').unpause();
    await follow();
    assert.equal((await rowOf('Leads'))?.pausedAt, null);
  });

  it('come back as they were when Temporal has lost them', async () => {
    await configure('Leads');
    await configure('Deals');
    await follow();
    await handleOf('Leads').pause('Holidays');
    await follow();
    await Promise.all([handleOf('Leads').delete(), handleOf('Deals').delete()]);

    await followUntil({ Leads: true, Deals: false });

    assert.match((await handleOf('Leads').describe()).state.note ?? '', /^Holidays \(temporal\)$/);
    await follow();
    assert.equal((await rowOf('Leads'))?.pausedReason, 'Holidays');
  });

  it('have a night where an organization has work for it, in its zone', async () => {
    await configure('Leads', { nightly: 'none', verifyEvery: 'never' });
    await configure('Deals');
    await saveNight(database.knex, org.id, { nightlyAt: '02:00', scheduleTimeZone: 'Europe/Berlin' });
    await follow();
    const night = temporal.client.schedule.getHandle(`nightly:${org.name}`);

    const { spec, action, info } = await night.describe();

    assert.deepEqual([action.workflowType, spec.timezone], ['nightlySync', 'Europe/Berlin']);
    const expected = nextTimesOfDay({ at: '02:00', timeZone: 'Europe/Berlin' }, new Date(), 3);
    const late = expected.map((at, place) => (info.nextActionTimes[place]?.getTime() ?? 0) - at.getTime());
    assert.ok(
      late.every((each) => each >= 0 && each < 300_000),
      JSON.stringify(late),
    );
    await night.pause('Holidays');
    await remove('Deals');
    await poll(
      async () => {
        await follow();
        return night.describe().then(
          () => false,
          () => true,
        );
      },
      { what: 'the night is gone with its last module' },
    );
  });

  it('of another deployment in the same namespace are left alone', async () => {
    const stranger = `incremental:${org.name}:Leads`;
    await temporal.client.schedule.create({
      scheduleId: stranger,
      spec: { calendars: [{ year: 2099 }] },
      action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nothing' },
      memo: { deployment: 'another' },
    });
    await configure('Leads');

    await follow();

    assert.equal((await handleOf('Leads').describe()).action.workflowType, 'nothing');
    await handleOf('Leads').delete();
  });

  type Edit =
    | { edit: 'configure'; module: Module; syncFrequencyMinutes: number; isActive: boolean }
    | { edit: 'delete' | 'pause' | 'unpause' | 'lose' | 'bend'; module: Module };
  const module = fc.constantFrom(...MODULES);
  const anEdit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({
      edit: fc.constant('configure' as const),
      module,
      syncFrequencyMinutes: fc.integer({ min: 1, max: 90 }),
      isActive: fc.boolean(),
    }),
    fc.record({ edit: fc.constantFrom('delete', 'pause', 'unpause', 'lose', 'bend'), module }),
  );

  it('are what the rows want after any edits of rows and schedules', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anEdit, { minLength: 1, maxLength: 6 }), async (edits) => {
        await beginAnew();
        const paused = new Map<Module, boolean>();
        for (const edit of edits) {
          await make(edit, paused);
          await follow();
        }

        const deployment = await readDeployment(database.knex);
        const desired = await readDesiredSchedules(database.knex, { connectionId: org.id });
        const wanted = MODULES.filter((each) => desired.some(({ id }) => id === `incremental:${org.name}:${each}`));
        await followUntil(Object.fromEntries(wanted.map((each) => [each, paused.get(each) ?? false])));
        for (const schedule of desired) assert.equal((await schedules.find(schedule, deployment))?.drift, false);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  /** @param paused what a person has paused, as far as there is something to pause */
  async function make(edit: Edit, paused: Map<Module, boolean>): Promise<void> {
    const isThere = edit.module in (await scheduled());
    switch (edit.edit) {
      case 'configure':
        await configure(edit.module, { syncFrequencyMinutes: edit.syncFrequencyMinutes, isActive: edit.isActive });
        return;
      case 'delete':
        await remove(edit.module);
        paused.delete(edit.module);
        return;
      case 'pause':
      case 'unpause':
        if (!isThere) return;
        paused.set(edit.module, edit.edit === 'pause');
        await (edit.edit === 'pause' ? handleOf(edit.module).pause('Stop') : handleOf(edit.module).unpause());
        return;
      case 'lose':
        if (isThere) await handleOf(edit.module).delete();
        return;
      case 'bend':
        if (!isThere) return;
        await handleOf(edit.module).update(({ state }) => ({
          spec: { calendars: [{ year: 2099 }] },
          action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nothing' },
          state,
        }));
    }
  }
});
