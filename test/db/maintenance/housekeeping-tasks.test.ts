import assert from 'node:assert/strict';
import { setConnectionStatus } from '../../../src/db/connections/connections';
import {
  alignTasks,
  beginTask,
  claimDueTasks,
  endTask,
  hasWaitingTasks,
  makeDue,
} from '../../../src/db/maintenance/housekeeping-tasks';
import { HOUSEKEEPING_TASKS } from '../../../src/domain/maintenance/housekeeping-tasks';
import { someConnection, useDatabase } from '../support';

describe('tasks of the housekeeping', () => {
  const database = useDatabase();
  beforeEach(async () => {
    await database.knex('sync.housekeeping_tasks').delete();
    await database.knex.raw(`update sync.connections set status = 'disabled'`);
  });

  const rows = async (name: string) =>
    (
      await database.knex.raw<{
        rows: { connectionId: string | null; inSeconds: number; every: number; error: string | null; ended: boolean }[];
      }>(
        `select connection_id as "connectionId", round(extract(epoch from due_at - now()))::float8 as "inSeconds",
           extract(epoch from every)::float8 as every, last_error as error, ended_at is not null as ended
         from sync.housekeeping_tasks where name = ? order by connection_id`,
        [name],
      )
    ).rows;
  const claim = async (besides: number[] = []) => claimDueTasks(database.knex, besides, 100);
  const named = async (name: string) => (await claim()).filter((task) => task.name === name);

  it('are one each, and one for every connection where they ask Zoho, due at once', async () => {
    const { id } = await someConnection(database.knex);

    await alignTasks(database.knex);
    await alignTasks(database.knex);

    assert.deepEqual(
      (await rows('wakeIngestion')).map(({ connectionId, inSeconds, every }) => [connectionId, inSeconds, every]),
      [[null, 0, HOUSEKEEPING_TASKS.wakeIngestion.everySeconds]],
    );
    const channels = await rows('renewChannels');
    assert.equal(channels.filter(({ connectionId }) => connectionId === id).length, 1);
    assert.ok(channels.every(({ connectionId }) => connectionId !== null));
  });

  it('go when there are none of the name, and come sooner when they are to come round more often', async () => {
    await alignTasks(database.knex);
    await database.knex.raw(
      `insert into sync.housekeeping_tasks (name, every) values ('aFormerOne', interval '1 hour');
       update sync.housekeeping_tasks set every = interval '1 day', due_at = now() + interval '1 day' where name = 'wakeIngestion'`,
    );

    await alignTasks(database.knex);

    assert.deepEqual(await rows('aFormerOne'), []);
    const every = HOUSEKEEPING_TASKS.wakeIngestion.everySeconds;
    assert.deepEqual(
      (await rows('wakeIngestion')).map(({ inSeconds, every: now }) => [inSeconds, now]),
      [[every, every]],
    );
  });

  it('are taken once a turn, whoever asks, so one that ends its worker costs its own turn alone', async () => {
    await alignTasks(database.knex);

    const taken = await Promise.all([claim(), claim(), claim()]);

    const ids = taken.flat().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const [row] = await rows('closeAbandonedRuns');
    assert.deepEqual([row?.inSeconds, row?.ended], [HOUSEKEEPING_TASKS.closeAbandonedRuns.everySeconds, false]);
  });

  it('are left alone while they are at work here, however long that takes', async () => {
    await alignTasks(database.knex);
    const [task] = await named('wakeIngestion');
    await makeDue(database.knex, 'wakeIngestion');

    const besides = await claim([task?.id ?? 0]);

    assert.deepEqual(besides, []);
    assert.equal((await claim())[0]?.id, task?.id);
  });

  it('that ask Zoho come again in a minute unless somebody begins them', async () => {
    const { id } = await someConnection(database.knex);
    await alignTasks(database.knex);

    const [task] = await named('renewChannels');
    const handedOn = (await rows('renewChannels')).find(({ connectionId }) => connectionId === id);
    const begun = await beginTask(database.knex, 'renewChannels', id);
    const atWork = (await rows('renewChannels')).find(({ connectionId }) => connectionId === id);

    assert.deepEqual([task?.connectionId, begun], [id, task?.id]);
    assert.deepEqual([handedOn?.inSeconds, atWork?.inSeconds], [60, HOUSEKEEPING_TASKS.renewChannels.everySeconds]);
  });

  it('that ask Zoho wait while the connection cannot be used', async () => {
    const { id } = await someConnection(database.knex);
    await setConnectionStatus(database.knex, id, 'needs_reauth', 'invalid_code');
    await alignTasks(database.knex);

    assert.deepEqual(await named('renewChannels'), []);
  });

  it('say how they ended, and are due again where more is left', async () => {
    await alignTasks(database.knex);
    const [task] = await named('forgetOldValues');

    await endTask(database.knex, task?.id ?? 0, 'The disk is full.');
    const [failed] = await rows('forgetOldValues');
    await endTask(database.knex, task?.id ?? 0, null, true);
    const [more] = await rows('forgetOldValues');

    assert.deepEqual([failed?.error, failed?.ended, failed?.inSeconds], ['The disk is full.', true, 3_600]);
    assert.deepEqual([more?.error, more?.inSeconds], [null, 0]);
  });

  it('that wait for minutes have nobody who does them', async () => {
    await alignTasks(database.knex);
    assert.equal(await hasWaitingTasks(database.knex, 180), false);

    await database.knex.raw(
      `update sync.housekeeping_tasks set due_at = now() - interval '4 minutes' where name = 'wakeIngestion'`,
    );

    assert.equal(await hasWaitingTasks(database.knex, 180), true);
  });
});
