import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';
import { noticeOf, someChannel, TOKEN, type SomeChannel } from './some-channel';

const WRONG_PER_MINUTE = 20;

describe('the receiver of notifications', () => {
  const api = useApi(() => NO_TEMPORAL);

  async function rowsOf<T>(sql: string, bindings: (string | number)[] = []): Promise<T[]> {
    return (await api.knex.raw<{ rows: T[] }>(sql, bindings)).rows;
  }

  const inbox = ({ mirrorId }: SomeChannel) =>
    rowsOf<{ id: string; operation: string; times: number }>(
      'select record_id as id, operation, times from sync.notification_inbox where mirror_id = ? order by record_id',
      [mirrorId],
    );

  function send(channel: SomeChannel, notice: object = {}, headers = {}): Promise<Answer> {
    const json = noticeOf(channel, notice);
    return api.call('POST', `/api/v1/webhooks/zoho/${channel.path}`, { as: null, json, headers });
  }

  const shape = ({ status, body }: Answer) => {
    const { requestId: _id, instance: _path, ...rest } = body as Record<string, unknown>;
    return { status, ...rest };
  };

  it('answers an empty 200 when the records are in the inbox', async () => {
    const channel = await someChannel(api.knex);

    const answer = await send(channel, { ids: ['9', '8'] });

    assert.deepEqual([answer.status, answer.body], [200, '']);
    assert.deepEqual(
      (await inbox(channel)).map(({ id, operation }) => [id, operation]),
      [
        ['8', 'update'],
        ['9', 'update'],
      ],
    );
  });

  it('keeps one row a record however often it is told of, with what was said last', async () => {
    const channel = await someChannel(api.knex);

    await Promise.all([1, 2, 3].map(() => send(channel, { operation: 'insert' })));
    await send(channel, { operation: 'delete' });

    assert.deepEqual(await inbox(channel), [{ id: '7', operation: 'delete', times: 4 }]);
  });

  it('takes a body whatever it is declared as', async () => {
    const channel = await someChannel(api.knex);

    const answer = await send(channel, {}, { 'content-type': 'text/plain' });

    assert.deepEqual([answer.status, (await inbox(channel)).length], [200, 1]);
  });

  it('gives the same answer to a wrong address, a wrong token and what is no notification', async () => {
    const channel = await someChannel(api.knex);
    const unknown = { ...channel, path: randomBytes(32).toString('base64url') };

    const answers = [
      await send(unknown),
      await send(channel, { token: 'another' }),
      await send(channel, { channel_id: '1' }),
      await send(channel, { module: 'Leads' }),
      await send(channel, { ids: [] }),
      await api.call('POST', `/api/v1/webhooks/zoho/${channel.path}`, { as: null, raw: 'not json' }),
      await api.call('POST', `/api/v1/webhooks/zoho/${channel.path}`, { as: null }),
    ];

    assert.equal(new Set(answers.map((answer) => JSON.stringify(shape(answer)))).size, 1);
    assert.equal(answers[0]?.status, 404);
    assert.deepEqual(await inbox(channel), []);
  });

  it('acknowledges nothing that it cannot keep, so that Zoho may tell of it again', async () => {
    const channel = await someChannel(api.knex);
    await api.knex.raw('alter table sync.notification_inbox rename to inbox_that_is_away');
    const answer = await send(channel).finally(() =>
      api.knex.raw('alter table sync.inbox_that_is_away rename to notification_inbox'),
    );

    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.deepEqual(await inbox(channel), []);
  });

  it('refuses a large body', async () => {
    const channel = await someChannel(api.knex);

    const answer = await send(channel, { padding: 'x'.repeat(300 * 1024) });

    assert.equal(answer.status, 413);
  });

  it('writes no secret of a channel into its log', async () => {
    const channel = await someChannel(api.knex);

    await send(channel);
    await api.call('GET', `/api/v1/webhooks/zoho/${channel.path}`);

    assert.ok(api.logLines.some((line) => line.includes('/webhooks/zoho/{path}')));
    assert.ok(!api.logLines.some((line) => line.includes(channel.path) || line.includes(TOKEN)));
  });

  it('has no limit for right requests, and stops an address that is wrong often', async () => {
    const channel = await someChannel(api.knex);
    const statuses: number[] = [];
    for (let wrong = 0; wrong <= WRONG_PER_MINUTE; wrong += 1) {
      statuses.push((await send(channel, { token: `wrong ${wrong}` })).status);
    }

    assert.equal(statuses.at(-1), 429);
    assert.equal((await send(channel)).status, 200);
  });
});
