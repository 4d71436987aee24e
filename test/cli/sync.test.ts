import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeRun } from '../../src/db/runs/close-run';
import { sessionRun } from '../../src/domain/runs/run';
import type { FullSyncInput, IncrementalSyncInput, OpenedInput } from '../../src/temporal/contract/sync-messages';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection } from '../db/support';
import { pulse } from './support';

describe('pulse sync full', () => {
  const started: (FullSyncInput & OpenedInput)[] = [];
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    startFullSync: async (input) => {
      started.push(input);
      return { workflowId: `sync:${input.connection}:${input.module}`, firstExecutionRunId: 'a run' };
    },
  }));

  it('starts a sync with its options', async () => {
    const { name } = await someConnection(api.knex);

    const { code, out } = await pulse(api, [
      ...['sync', 'full', 'Deals', '--connection', name, '--fields', 'Deal_Name, Amount', '--path', 'list'],
      ...['--allow-mass-delete', '--mass-delete-percent', '25'],
    ]);

    assert.equal(code, 0);
    assert.match(out, /^status +initiated$/m);
    assert.deepEqual(started.at(-1)?.options, {
      fields: ['Deal_Name', 'Amount'],
      path: 'list',
      allowMassDelete: true,
      massDeletePercent: 25,
    });
  });

  it('answers the same session to the same idempotency key', async () => {
    const { name } = await someConnection(api.knex);
    const start = async (): Promise<string> => {
      const args = ['sync', 'full', 'Deals', '--connection', name, '--idempotency-key', 'nightly', '--json'];
      return (JSON.parse((await pulse(api, args)).out) as { id: string }).id;
    };

    assert.equal(await start(), await start());
  });

  it('waits for the end, and fails if the session does', async () => {
    const { name } = await someConnection(api.knex);
    const waiting = pulse(api, ['sync', 'full', 'Deals', '--connection', name, '--wait']);
    while (started.at(-1)?.connection !== name) await sleep(20);
    await closeRun(api.knex, sessionRun(started.at(-1)!.sessionId), { status: 'failed', reason: 'on purpose' });

    const { code, out, err } = await waiting;

    assert.equal(code, 1);
    assert.match(out, /^status +failed$/m);
    assert.match(err, /^Deals {2}initiated .*\n(.*\n)*pulse: The session failed: on purpose\n$/);
  });
});

describe('pulse sync incremental', () => {
  const started: (IncrementalSyncInput & OpenedInput)[] = [];
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    startIncrementalSync: async (input) => {
      started.push(input);
      return { workflowId: `sync:${input.connection}:${input.module}`, firstExecutionRunId: 'a run' };
    },
  }));

  it('starts a sync with its options', async () => {
    const { name } = await someConnection(api.knex);
    const since = '2026-01-31T08:00:00Z';

    const { code, out } = await pulse(api, [
      ...['sync', 'incremental', 'Deals', '--connection', name, '--since', since, '--fields', 'Amount'],
    ]);

    assert.equal(code, 0);
    assert.match(out, /^status +initiated$/m);
    assert.deepEqual(started.at(-1)?.options, { fields: ['Amount'], since });
  });

  it('says what is wrong with a time', async () => {
    const { name } = await someConnection(api.knex);

    const { code, err } = await pulse(api, [
      ...['sync', 'incremental', 'Deals', '--connection', name, '--since', 'yesterday'],
    ]);

    assert.notEqual(code, 0);
    assert.match(err, /since/);
  });
});
