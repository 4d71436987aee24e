import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { ChannelAnswer, ChannelList } from '../../../src/api/webhooks/schemas';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { addMissingChannels } from '../../../src/db/notifications/notification-channels';
import { closeRun } from '../../../src/db/runs/close-run';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { sessionRun } from '../../../src/domain/runs/run';
import { pulse } from '../../cli/support';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

const CHANNELS = '/api/v1/webhooks/channels';

describe('channels of notifications', () => {
  const api = useApi(() => NO_TEMPORAL);

  /** A connection with a channel that waits to be subscribed. */
  async function someChannel(): Promise<string> {
    const { id: connectionId, name } = await someConnection(api.knex);
    const { key } = await claimMirror(api.knex, connectionId, { id: '1', apiName: 'Deals' });
    const { id: sessionId } = await someSession(api.knex, { connectionId, moduleName: key });
    await advanceWatermark(api.knex, { connectionId, moduleName: key, completeUntil: new Date(), sessionId });
    await closeRun(api.knex, sessionRun(sessionId), { status: 'failed', reason: 'over' });
    await addMissingChannels(api.knex, connectionId);
    return name;
  }

  async function listed(connection: string) {
    const answer = await api.call('GET', `${CHANNELS}?connection=${connection}`, { as: 'viewer' });
    return ChannelList.parse(answer.body).channels;
  }

  it('are listed with their state', async () => {
    const connection = await someChannel();

    const [channel, ...others] = await listed(connection);

    assert.deepEqual(others, []);
    assert.deepEqual(
      [channel?.connection, channel?.module, channel?.state, channel?.received, channel?.expiresAt],
      [connection, 'Deals', 'wanted', 0, null],
    );
  });

  it('are renewed by an administrator alone, at the next look at them', async () => {
    const [channel] = await listed(await someChannel());
    const path = `${CHANNELS}/${channel?.id}/renew`;

    const refused = await api.call('POST', path);
    const answer = await api.call('POST', path, { as: 'admin' });

    assert.deepEqual([refused.status, answer.status], [403, 202]);
    assert.ok(Date.parse(ChannelAnswer.parse(answer.body).channel.renewAt ?? '') <= Date.now() + 1_000);
  });

  it('that do not exist cannot be renewed', async () => {
    const answer = await api.call('POST', `${CHANNELS}/00000000-0000-7000-8000-000000000000/renew`, { as: 'admin' });

    assert.deepEqual([answer.status, (answer.body as ProblemDocument).code], [404, 'channel_not_found']);
  });

  it('are listed and renewed by the command line', async () => {
    const connection = await someChannel();
    const [channel] = await listed(connection);

    const list = await pulse(api, ['webhooks', 'list', '--connection', connection]);
    const renewed = await pulse(api, ['webhooks', 'renew', channel?.id ?? ''], api.keys.admin);

    assert.match(list.out, /^id +module +state/m);
    assert.match(list.out, /Deals +wanted/);
    assert.equal(renewed.code, 0, renewed.err);
  });
});
