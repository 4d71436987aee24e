import assert from 'node:assert/strict';
import { planNightly } from '../../../src/activities/schedules/plan-nightly';
import { insertConfiguration } from '../../../src/db/configurations/configurations';
import { saveNight } from '../../../src/db/connections/connections';
import { saveApiLimits } from '../../../src/db/credits/api-limits';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import type { ConnectionModel } from '../../../src/db/models/connection';
import type { ConfigurationSettings } from '../../../src/domain/configurations/configuration';
import type { SessionTrigger } from '../../../src/domain/runs/enums';
import { someConnection, someSession, useDatabase } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';

describe('the plan of a night', () => {
  const database = useDatabase();
  let org: ConnectionModel;
  beforeEach(async () => {
    org = await someConnection(database.knex);
  });

  const plan = () => planOf({});

  /** The plan of a night as if its session began at a moment. */
  async function planOf({ trigger = 'schedule', now = new Date() }: { trigger?: SessionTrigger; now?: Date }) {
    const session = { connectionId: org.id, sessionType: 'nightly', moduleName: '*', trigger } as const;
    const { id: sessionId } = await someSession(database.knex, session);
    return planNightly({ knex: database.knex }, { sessionId, connectionId: org.id }, now);
  }

  async function configure(moduleName: string, settings: Partial<ConfigurationSettings> = {}): Promise<void> {
    const content = { connectionId: org.id, moduleName, settings: someSettings(settings) };
    await insertConfiguration(database.knex, `${org.name}-${moduleName}`, content, 'test');
  }

  /** A full sync that compared every value. */
  async function fullSync(moduleName: string, credits: number): Promise<void> {
    const { id } = await someSession(database.knex, { connectionId: org.id, moduleName });
    await database
      .knex('sync.crm_sync_sessions')
      .where({ id })
      .update({
        status: 'completed',
        completed_at: new Date(),
        credits_spent: credits,
        expected_records: 10,
        result: JSON.stringify({ compared: 'values' }),
      });
  }

  it('has what is configured, parents first, every value where that is due', async () => {
    await claimMirror(database.knex, org.id, { id: '1', apiName: 'Accounts' });
    await database.knex('sync.module_fields').insert({
      connection_id: org.id,
      module_name: 'Deals',
      field_id: '7',
      api_name: 'Account_Name',
      column_name: 'account_name_id',
      data_type: 'lookup',
      column_type: 'bigint',
      definition: JSON.stringify({ apiName: 'Account_Name', lookupModule: 'Accounts' }),
      ordinal: 1,
    });
    await configure('Deals');
    await configure('Accounts', { nightly: 'incremental', verifyEvery: 'never' });
    await configure('Leads', { nightly: 'none', verifyEvery: 'never' });
    await configure('Tasks', { isActive: false });
    await configure('Contacts');
    await fullSync('Contacts', 50);

    const { modules, postponed, parallelism } = await plan();

    assert.deepEqual(
      modules.map(({ key, work, after }) => ({ key, work, after })),
      [
        { key: 'Accounts', work: { sync: 'incremental', lookBackHours: 26 }, after: [] },
        { key: 'Contacts', work: { sync: 'full', compare: 'times' }, after: [] },
        { key: 'Deals', work: { sync: 'full', compare: 'values' }, after: ['Accounts'] },
      ],
    );
    assert.deepEqual([postponed, parallelism], [[], 2]);
  });

  it('compares every value before it is due where a session asked for that', async () => {
    await claimMirror(database.knex, org.id, { id: '1', apiName: 'Contacts' });
    await configure('Contacts');
    await fullSync('Contacts', 50);
    await database.knex.raw('update sync.mirrors set values_wanted_at = now() where connection_id = ?', [org.id]);

    const { modules } = await plan();

    assert.deepEqual(
      modules.map(({ work }) => work),
      [{ sync: 'full', compare: 'values' }],
    );
  });

  it('leaves to the next night what the rest of the day cannot pay', async () => {
    await saveApiLimits(
      database.knex,
      org.id,
      { dailyCredits: 1_000, concurrency: 5, heavyConcurrency: 5 },
      'configured',
    );
    await configure('Contacts');
    await configure('Leads');
    await fullSync('Contacts', 700);
    await fullSync('Leads', 300);

    const { modules, postponed } = await plan();

    assert.deepEqual(
      modules.map(({ key }) => key),
      ['Contacts'],
    );
    assert.deepEqual(postponed, [
      { module: 'Leads', key: 'Leads', reason: 'It takes about 300 credits, and 200 are left of the day.' },
    ]);
  });

  it('leaves out what was synced since the time of the night, where that is made up for', async () => {
    await saveNight(database.knex, org.id, { nightlyAt: '02:15', scheduleTimeZone: 'UTC' });
    for (const module of ['Contacts', 'Leads']) await configure(module, { verifyEvery: 'never' });
    await fullSync('Contacts', 5);
    const [today = ''] = new Date().toISOString().split('T');
    await database
      .knex('sync.crm_sync_sessions')
      .where({ connection_id: org.id })
      .update({ started_at: new Date(`${today}T03:00:00Z`) });
    const now = new Date(`${today}T08:30:00Z`);

    const madeUpFor = await planOf({ trigger: 'housekeeping', now });
    await database.knex('sync.crm_sync_sessions').where({ session_type: 'nightly' }).delete();
    const onTime = await planOf({ now });

    assert.deepEqual(
      madeUpFor.modules.map(({ key }) => key),
      ['Leads'],
    );
    assert.deepEqual(madeUpFor.done, [
      { module: 'Contacts', key: 'Contacts', reason: 'It was synced after the time of the night.' },
    ]);
    assert.deepEqual(
      onTime.modules.map(({ key }) => key),
      ['Contacts', 'Leads'],
    );
  });
});
