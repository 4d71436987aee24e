import assert from 'node:assert/strict';
import { findWaits, forgetFailedAttempts, recordFailedAttempt, type FailedAttempt } from '../../../src/db/runs/waits';
import { listLogs } from '../../../src/db/sessions/logs';
import { sessionRun } from '../../../src/domain/runs/run';
import { someSession, useDatabase } from '../support';

const SOON_MS = 1_000;

describe('the books of failed attempts', () => {
  const database = useDatabase();

  async function someRun() {
    const { id } = await someSession(database.knex);
    const run = sessionRun(id);
    const fail = (more: Partial<FailedAttempt> = {}) =>
      recordFailedAttempt(database.knex, {
        run,
        activityId: '1',
        activityType: 'readChanges',
        failureType: 'zoho.server',
        message: 'Zoho answered HTTP 503.',
        whatToDo: 'Nothing: it passes.',
        attempt: 1,
        nextAttemptAt: new Date(Date.now() + SOON_MS),
        isWait: false,
        isOverdue: false,
        ...more,
      });
    const lines = async () => {
      const logs = await listLogs(database.knex, run, {}, { limit: 100 });
      return logs.map(({ logLevel, message }) => `${logLevel} ${message}`);
    };
    return { run, fail, lines };
  }

  it('count failures by kind, and write a line at the third and at each doubling', async () => {
    const { fail, lines } = await someRun();

    const written: number[] = [];
    for (let attempt = 1; attempt <= 13; attempt += 1) {
      const { failures } = await fail({ attempt });
      assert.equal(failures, attempt);
      written.push((await lines()).length);
    }

    assert.deepEqual(written, [0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3]);
    assert.match(
      (await lines())[0] ?? '',
      /^WARNING readChanges: Zoho answered HTTP 503 \(attempt 3, since \d\d:\d\d:\d\d; next attempt at .* UTC\)\. Nothing: it passes\.$/,
    );
  });

  it('write a line at once when the next attempt is far', async () => {
    const { fail, lines } = await someRun();

    await fail({ nextAttemptAt: new Date(Date.now() + 3_600_000) });

    assert.equal((await lines()).length, 1);
  });

  it('name a wait for Zoho only when it takes long, and as no warning', async () => {
    const { run, fail, lines } = await someRun();
    for (let attempt = 1; attempt <= 10; attempt += 1) await fail({ attempt, isWait: true });
    const before = await lines();
    await database.knex.raw(`update sync.run_waits set since = since - interval '31 seconds' where run_id = ?`, [
      run.id,
    ]);

    await fail({ attempt: 11, isWait: true });

    assert.deepEqual(before, []);
    assert.match((await lines())[0] ?? '', /^INFO /);
  });

  it('warn of a wait that lasts much longer than it should', async () => {
    const { run, fail, lines } = await someRun();
    for (let attempt = 1; attempt <= 3; attempt += 1) await fail({ attempt, isWait: true });
    await database.knex.raw(`update sync.run_waits set since = since - interval '31 seconds' where run_id = ?`, [
      run.id,
    ]);

    await fail({ attempt: 4, isWait: true, isOverdue: true });

    assert.match((await lines())[0] ?? '', /^WARNING /);
  });

  it('show the last wait of a run until its activity succeeds, which the log says', async () => {
    const { run, fail, lines } = await someRun();
    for (const attempt of [1, 2, 3]) await fail({ attempt });
    const wait = (await findWaits(database.knex, [run.id])).get(run.id);

    await forgetFailedAttempts(database.knex, run, '1', true);

    assert.deepEqual(
      [wait?.what, wait?.attempt, wait?.whatToDo],
      ['Zoho answered HTTP 503.', 3, 'Nothing: it passes.'],
    );
    assert.equal((await findWaits(database.knex, [run.id])).size, 0);
    assert.match((await lines()).at(-1) ?? '', /^INFO readChanges went on after 3 attempts that failed/);
  });

  it('say that it goes on after a single failure that was named at once', async () => {
    const { run, fail, lines } = await someRun();
    await fail({ nextAttemptAt: new Date(Date.now() + 3_600_000) });

    await forgetFailedAttempts(database.knex, run, '1', true);

    assert.match((await lines()).at(-1) ?? '', /^INFO readChanges went on after 1 attempts that failed/);
  });

  it('say nothing of attempts that were never named, as in a short wait for Zoho', async () => {
    const { run, fail, lines } = await someRun();
    for (let attempt = 1; attempt <= 5; attempt += 1) await fail({ attempt, isWait: true });

    await forgetFailedAttempts(database.knex, run, '1', true);

    assert.deepEqual(await lines(), []);
  });
});
