import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { createDatabase } from '../../../src/db/postgres/knex';
import { startPostgresServer, type PostgresServer } from '../../support/postgres';
import { NO_OPERATIONS, NO_SCHEDULES, NO_TEMPORAL, useApi } from '../support/api';
import { noticeOf, someChannel } from './some-channel';

describe('the receiver of notifications while PostgreSQL is away', function () {
  this.timeout(60_000);
  let open: { server: PostgresServer; knex: Knex } | undefined;
  before(async () => {
    const server = await startPostgresServer();
    open = { server, knex: createDatabase(server.url, { poolMax: 4 }) };
  });
  after(async () => {
    await open?.knex.destroy();
    await open?.server.stop();
  });
  const opened = () => open ?? assert.fail('PostgreSQL runs only while tests run.');
  const database = {
    get knex() {
      return opened().knex;
    },
    get url() {
      return opened().server.url;
    },
  };
  const api = useApi(
    () => NO_TEMPORAL,
    undefined,
    () => NO_OPERATIONS,
    () => NO_SCHEDULES,
    database,
  );

  it('answers 503, so that Zoho sends it again, and takes it when PostgreSQL is back', async () => {
    const channel = await someChannel(api.knex);
    const send = async () =>
      (await api.call('POST', `/api/v1/webhooks/zoho/${channel.path}`, { as: null, json: noticeOf(channel) })).status;
    const before = await send();

    await opened().server.kill();
    const away = await send();
    await opened().server.restart();

    assert.deepEqual([before, away, await send()], [200, 503, 200]);
    const times = await api
      .knex('sync.notification_inbox')
      .where({ mirror_id: channel.mirrorId })
      .pluck<number[]>('times');
    assert.deepEqual(times, [2]);
  });
});
