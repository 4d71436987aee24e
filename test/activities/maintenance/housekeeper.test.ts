import assert from 'node:assert/strict';
import { Housekeeper, runTaskOfConnection, type Tasks } from '../../../src/activities/maintenance/housekeeper';
import { makeDue } from '../../../src/db/maintenance/housekeeping-tasks';
import { HOUSEKEEPING_TASKS, type QuietTask } from '../../../src/domain/maintenance/housekeeping-tasks';
import { createLogger } from '../../../src/logger';
import { TemporalUnavailable } from '../../../src/temporal/runs/command-errors';
import { someConnection, useDatabase } from '../../db/support';
import { activityEnvironment } from '../support';

const FOR_EVER = new Promise<never>(() => undefined);
const QUIET = (Object.keys(HOUSEKEEPING_TASKS) as (keyof typeof HOUSEKEEPING_TASKS)[]).filter(
  (name): name is QuietTask => !HOUSEKEEPING_TASKS[name].asksZoho,
);

describe('a round of the housekeeping', () => {
  const database = useDatabase();
  const done: string[] = [];
  beforeEach(async () => {
    done.length = 0;
    await database.knex('sync.housekeeping_tasks').delete();
    await database.knex.raw(`update sync.connections set status = 'disabled'`);
  });

  function housekeeper(
    tasks: Partial<Tasks>,
    { isStopping = (): boolean => false, roundMs = 1_000 } = {},
  ): Housekeeper {
    const all = Object.fromEntries(QUIET.map((name) => [name, async () => void done.push(name)]));
    return new Housekeeper(
      { maintenanceKnex: database.knex, logger: createLogger('test', 'silent') },
      { ...(all as unknown as Tasks), ...tasks },
      isStopping,
      { lookMs: 20, roundMs, taskMs: 300 },
    );
  }
  const round = (keeper: Housekeeper) => activityEnvironment().run(() => keeper.runDueTasks());
  const lastError = async (where: object): Promise<string | null> => {
    const rows: { error: string | null }[] = await database
      .knex('sync.housekeeping_tasks')
      .where(where)
      .select({ error: 'last_error' });
    return rows[0]?.error ?? null;
  };
  const errorOf = (name: QuietTask) => lastError({ name });

  it('does everything that is due, once', async () => {
    assert.deepEqual(await round(housekeeper({})), []);

    assert.deepEqual(done.toSorted(), QUIET.toSorted());
  });

  it('is on time for all others while one hangs, which is left to itself', async () => {
    const keeper = housekeeper({ followConfigurations: () => FOR_EVER });
    const others = QUIET.filter((name) => name !== 'followConfigurations');
    const again = setInterval(() => void makeDue(database.knex, 'wakeIngestion'), 100);

    await round(keeper).finally(() => clearInterval(again));

    assert.deepEqual(new Set(done), new Set(others));
    assert.ok(done.filter((name) => name === 'wakeIngestion').length >= 5, JSON.stringify(done));
    assert.equal(await errorOf('followConfigurations'), 'TaskTooSlow: It did not end within 0.3 s.');
  });

  it('notes what went wrong until it goes well', async () => {
    let isBroken = true;
    const keeper = housekeeper({
      alignSchedules: async () => {
        if (isBroken) throw new TemporalUnavailable('Temporal did not answer.');
      },
    });

    await round(keeper);
    const before = await errorOf('alignSchedules');
    isBroken = false;
    await makeDue(database.knex, 'alignSchedules');
    await round(keeper);

    assert.deepEqual(
      [before, await errorOf('alignSchedules')],
      ['TemporalUnavailable: Temporal did not answer.', null],
    );
  });

  it('notes no value of a record, which PostgreSQL quotes in its messages', async () => {
    const keeper = housekeeper({ alignSchedules: () => database.knex.raw(`select 'Ada Lovelace'::int`) });

    await round(keeper);

    const error = (await errorOf('alignSchedules')) ?? '';
    assert.match(error, /^PostgreSQL: invalid value \(22P02\)/);
    assert.doesNotMatch(error, /Ada/);
  });

  it('goes on with a task that has left something', async () => {
    let left = 3;
    const keeper = housekeeper({ forgetOldValues: async () => ({ hasMore: (left -= 1) > 0 }) });

    await round(keeper);

    assert.equal(left, 0);
  });

  it('ends early where something asks Zoho, which it does not do itself', async () => {
    const { id } = await someConnection(database.knex);

    const due = await round(housekeeper({}, { roundMs: 60_000 }));

    assert.deepEqual(due, [{ task: 'renewChannels', connectionId: id }]);
  });

  it('ends when the worker does', async () => {
    let isStopping = false;
    setTimeout(() => (isStopping = true), 200);

    assert.deepEqual(await round(housekeeper({}, { isStopping: () => isStopping, roundMs: 60_000 })), []);
  });

  it('is told how a task that asks Zoho ended, which fails for its caller, too', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    await round(housekeeper({}, { roundMs: 60_000 }));
    const deps = { maintenanceKnex: database.knex };
    const task = { task: 'renewChannels', connectionId } as const;

    await assert.rejects(
      runTaskOfConnection(deps, task, () => Promise.reject(new TemporalUnavailable('It is away.'))),
      /away/,
    );

    assert.equal(
      await lastError({ name: 'renewChannels', connection_id: connectionId }),
      'TemporalUnavailable: It is away.',
    );
  });
});
