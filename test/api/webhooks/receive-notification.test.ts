import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import {
  addMissingChannels,
  beginSubscription,
  listChannels,
  recordChannel,
} from '../../../src/db/notifications/notification-channels';
import { closeRun } from '../../../src/db/runs/close-run';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';

const TOKEN = 'a token of a channel';
const WRONG_PER_MINUTE = 20;

interface Channel {
  path: string;
  channelId: string;
  mirrorId: number;
}

describe('the receiver of notifications', () => {
  const api = useApi(() => NO_TEMPORAL);

  /** A channel that Zoho was given. */
  async function someChannel(): Promise<Channel> {
    const { id: connectionId } = await someConnection(api.knex);
    const { key } = await claimMirror(api.knex, connectionId, { id: '1', apiName: 'Deals' });
    const { id: sessionId } = await someSession(api.knex, { connectionId, moduleName: key });
    await advanceWatermark(api.knex, { connectionId, moduleName: key, completeUntil: new Date(), sessionId });
    await closeRun(api.knex, sessionRun(sessionId), { status: 'failed', reason: 'over' });
    await addMissingChannels(api.knex, connectionId);
    const [channel] = await listChannels(api.knex, connectionId);
    const path = randomBytes(32).toString('base64url');
    const id = channel?.id ?? '';
    await beginSubscription(api.knex, id, { pathHash: sha256(path), tokenHash: sha256(TOKEN) }, 'https://x.example/');
    await recordChannel(api.knex, id, { state: 'active' });
    const [row] = await rowsOf<{ channelId: string; mirrorId: number }>(
      'select channel_id as "channelId", mirror_id as "mirrorId" from sync.notification_channels where id = ?',
      [id],
    );
    assert.ok(row);
    // Unknown addresses are known a second later.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    return { path, ...row };
  }

  async function rowsOf<T>(sql: string, bindings: (string | number)[] = []): Promise<T[]> {
    return (await api.knex.raw<{ rows: T[] }>(sql, bindings)).rows;
  }

  const inbox = ({ mirrorId }: Channel) =>
    rowsOf<{ id: string; operation: string; times: number }>(
      'select record_id as id, operation, times from sync.notification_inbox where mirror_id = ? order by record_id',
      [mirrorId],
    );

  function send({ path, channelId }: Channel, notice: object = {}, headers = {}): Promise<Answer> {
    const whole = { channel_id: channelId, token: TOKEN, module: 'Deals', operation: 'update', ids: ['7'], ...notice };
    return api.call('POST', `/api/v1/webhooks/zoho/${path}`, { as: null, json: whole, headers });
  }

  const shape = ({ status, body }: Answer) => {
    const { requestId: _id, instance: _path, ...rest } = body as Record<string, unknown>;
    return { status, ...rest };
  };

  it('answers an empty 200 when the records are in the inbox', async () => {
    const channel = await someChannel();

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
    const channel = await someChannel();

    await Promise.all([1, 2, 3].map(() => send(channel, { operation: 'insert' })));
    await send(channel, { operation: 'delete' });

    assert.deepEqual(await inbox(channel), [{ id: '7', operation: 'delete', times: 4 }]);
  });

  it('takes a body whatever it is declared as', async () => {
    const channel = await someChannel();

    const answer = await send(channel, {}, { 'content-type': 'text/plain' });

    assert.deepEqual([answer.status, (await inbox(channel)).length], [200, 1]);
  });

  it('gives the same answer to a wrong address, a wrong token and what is no notification', async () => {
    const channel = await someChannel();
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
    const channel = await someChannel();
    await api.knex.raw('alter table sync.notification_inbox rename to inbox_that_is_away');
    const answer = await send(channel).finally(() =>
      api.knex.raw('alter table sync.inbox_that_is_away rename to notification_inbox'),
    );

    assert.notEqual(answer.status, 200);
    assert.ok(answer.status >= 500, JSON.stringify(answer.body));
    assert.deepEqual(await inbox(channel), []);
  });

  it('refuses a large body', async () => {
    const channel = await someChannel();

    const answer = await send(channel, { padding: 'x'.repeat(300 * 1024) });

    assert.equal(answer.status, 413);
  });

  it('writes no secret of a channel into its log', async () => {
    const channel = await someChannel();

    await send(channel);
    await api.call('GET', `/api/v1/webhooks/zoho/${channel.path}`);

    assert.ok(api.logLines.some((line) => line.includes('/webhooks/zoho/{path}')));
    assert.ok(!api.logLines.some((line) => line.includes(channel.path) || line.includes(TOKEN)));
  });

  it('has no limit for right requests, and stops an address that is wrong often', async () => {
    const channel = await someChannel();
    const statuses: number[] = [];
    for (let wrong = 0; wrong <= WRONG_PER_MINUTE; wrong += 1) {
      statuses.push((await send(channel, { token: `wrong ${wrong}` })).status);
    }

    assert.equal(statuses.at(-1), 429);
    assert.equal((await send(channel)).status, 200);
  });
});

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
