import assert from 'node:assert/strict';
import { ZohoError } from '../../../src/zoho/errors/errors';
import type { NotificationChannel } from '../../../src/zoho/notifications/notification-channel';
import {
  disableChannels,
  listChannels,
  removeEvents,
  renewChannels,
  updateChannels,
  watchChannels,
} from '../../../src/zoho/notifications/notification-channels';
import { parseNotification } from '../../../src/zoho/notifications/parse-notification';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const NOW = new Date('2026-02-01T04:30:00Z');
const EXPIRY = '2026-02-07T10:00:00+05:30';
const ID = '1000000068001';
const channel: NotificationChannel = {
  channelId: ID,
  events: ['Contacts.create', 'Contacts.delete', 'Deals.all'],
  notifyUrl: 'https://app.test/zoho/hook?c=42',
  token: 's3cret',
  channelExpiry: EXPIRY,
  returnAffectedFieldValues: true,
};
const event = (module: string, expiry = EXPIRY) => ({
  channel_expiry: expiry,
  resource_uri: `https://www.zohoapis.com/crm/v8/${module}`,
  resource_id: '5500000000002179',
  resource_name: module,
  channel_id: ID,
});
const done = {
  code: 'SUCCESS',
  details: { events: [event('Contacts'), event('Deals')] },
  message: 'm',
  status: 'success',
};
const notSubscribed = { code: 'NOT_SUBSCRIBED', details: {}, message: 'm', status: 'error' };

describe('notifications', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const watch = (...channels: NotificationChannel[]) => watchChannels(bench.transport, channels, NOW);

  it('are subscribed with everything Zoho wants, and without those of related records', async () => {
    bench.zoho.answer(201, { watch: [done] });
    await watch(channel);
    const { method, url, body } = bench.zoho.last;
    assert.deepEqual([method, url.pathname], ['POST', '/crm/v8/actions/watch']);
    assert.deepEqual(JSON.parse(body), {
      watch: [
        {
          channel_id: ID,
          events: channel.events,
          notify_url: channel.notifyUrl,
          token: 's3cret',
          channel_expiry: EXPIRY,
          return_affected_field_values: true,
          notify_on_related_action: false,
        },
      ],
    });
  });

  it('expire when Zoho says, not when we asked', async () => {
    const shortened = '2026-02-01T11:00:00+05:30';
    bench.zoho.answer(201, { watch: [{ ...done, details: { events: [event('Deals', shortened)] } }] });
    assert.deepEqual(await watch(channel), [
      { status: 'success', modules: [{ module: 'Deals', channelExpiry: shortened }] },
    ]);
  });

  it('give one outcome for each channel', async () => {
    const refused = { code: 'INVALID_DATA', details: { api_name: 'notify_url' }, message: 'm', status: 'error' };
    for (const status of [201, 202, 207]) {
      bench.zoho.answer(status, { watch: [done, refused] });
      const [first, second] = await watch(channel, { ...channel, channelId: '2' });
      assert.equal(first?.status, 'success');
      assert.ok(second?.status === 'error');
      assert.deepEqual([second.category, second.fieldName], ['validation', 'notify_url']);
    }
  });

  it('are replaced by PUT and renewed by PATCH, which leaves what is not named', async () => {
    bench.zoho.answer(200, { watch: [done] });
    await updateChannels(bench.transport, [channel], NOW);
    assert.equal(bench.zoho.last.method, 'PUT');
    await renewChannels(bench.transport, [{ channelId: ID, channelExpiry: EXPIRY }], NOW);
    assert.equal(bench.zoho.last.method, 'PATCH');
    assert.deepEqual(JSON.parse(bench.zoho.last.body), { watch: [{ channel_id: ID, channel_expiry: EXPIRY }] });
  });

  it('that have expired cannot be renewed', async () => {
    bench.zoho.answer(400, { watch: [notSubscribed] });
    const [outcome] = await renewChannels(bench.transport, [{ channelId: ID, channelExpiry: EXPIRY }], NOW);
    assert.ok(outcome?.status === 'error');
    assert.deepEqual([outcome.category, outcome.code], ['not_found', 'NOT_SUBSCRIBED']);
  });

  it('lose single events', async () => {
    bench.zoho.answer(200, { watch: [{ code: 'SUCCESS', details: { channel_id: ID }, status: 'success' }] });
    const outcome = await removeEvents(bench.transport, { channelId: ID, events: ['Deals.all'] });
    assert.deepEqual(outcome, { status: 'success', modules: [] });
    const watch = [{ channel_id: ID, events: ['Deals.all'], _delete_events: true }];
    assert.deepEqual(JSON.parse(bench.zoho.last.body), { watch });
  });

  it('are ended by channel, in however many items Zoho answers', async () => {
    const ended = { code: 'SUCCESS', details: { resource_name: 'Deals', channel_id: ID }, status: 'success' };
    bench.zoho.answer(200, { watch: [ended, ended, notSubscribed] });
    const outcomes = await disableChannels(bench.transport, [ID, '2']);
    assert.deepEqual([bench.zoho.last.method, bench.zoho.last.url.search], ['DELETE', `?channel_ids=${ID}%2C2`]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['success', 'success', 'error'],
    );
  });

  it('are listed without their tokens', async () => {
    const listed = { ...event('Deals'), events: ['Deals.all'], notify_url: channel.notifyUrl, token: 's3cret' };
    bench.zoho.answer(200, { watch: [listed], info: { more_records: true } });
    const { serverTime: _, ...page } = await listChannels(bench.transport, { channelId: ID, module: 'Deals', page: 1 });
    assert.deepEqual(page, {
      channels: [
        {
          channelId: ID,
          module: 'Deals',
          events: ['Deals.all'],
          notifyUrl: channel.notifyUrl,
          channelExpiry: EXPIRY,
          notifyOnRelatedAction: false,
        },
      ],
      moreRecords: true,
    });
  });

  it('are none for 204', async () => {
    bench.zoho.answer(204);
    assert.deepEqual((await listChannels(bench.transport)).channels, []);
  });

  const refusals: [what: string, change: Partial<NotificationChannel>][] = [
    ['an event of no kind', { events: ['Deals.update'] }],
    ['51 events', { events: Array<string>(51).fill('Deals.all') }],
    ['no event', { events: [] }],
    ['a token of 51 characters', { token: 'x'.repeat(51) }],
    ['an empty token', { token: '' }],
    ['a notify URL of 256 characters', { notifyUrl: `https://app.test/${'x'.repeat(239)}` }],
    ['a notify URL that is none', { notifyUrl: 'app.test/hook' }],
    ['an expiry more than seven days ahead', { channelExpiry: '2026-02-08T10:00:01+05:30' }],
    ['an expiry in the past', { channelExpiry: '2026-02-01T04:30:00Z' }],
    ['an expiry without an offset', { channelExpiry: '2026-02-07T10:00:00' }],
    ['a channel id that is no number', { channelId: 'deals' }],
  ];
  for (const [what, change] of refusals) {
    it(`are not subscribed with ${what}`, async () => {
      const sent = bench.zoho.received.length;
      const error = await failureOf(watch({ ...channel, ...change }));
      assert.equal(error.category, 'request_bug');
      assert.equal(bench.zoho.received.length, sent);
      assert.doesNotMatch(error.message, /s3cret|app\.test/);
    });
  }

  it('are subscribed for 50 channels a call, each once', async () => {
    const many = Array.from({ length: 51 }, (_, k) => ({ ...channel, channelId: String(k) }));
    assert.match((await failureOf(watch(...many))).message, /51 channels .* 50/);
    assert.match((await failureOf(watch(channel, channel))).message, /named twice/);
  });
});

describe('a notification', () => {
  const body = {
    server_time: 1769585405123,
    module: 'Deals',
    resource_uri: 'https://www.zohoapis.com/crm/v8/Deals',
    operation: 'update',
    channel_id: ID,
    token: 's3cret',
    ids: ['5500000003194003', '5500000003194004'],
    query_params: { c: '42' },
    affected_fields: [{ '5500000003194003': ['Stage', 'Amount'] }],
    affected_values: [{ record_id: '5500000003194004', values: { Amount: 10 } }],
  };

  it('names all its records and what changed in them, but no values', () => {
    assert.deepEqual(parseNotification(body), {
      channelId: ID,
      token: 's3cret',
      module: 'Deals',
      operation: 'update',
      ids: ['5500000003194003', '5500000003194004'],
      affectedFields: new Map([
        ['5500000003194003', ['Stage', 'Amount']],
        ['5500000003194004', ['Amount']],
      ]),
      serverTime: new Date(1769585405123),
      queryParams: { c: '42' },
    });
  });

  it('is read without what Zoho may leave out, and with a channel id as a number', () => {
    const {
      channel_id: _id,
      affected_fields: _f,
      affected_values: _v,
      server_time: _t,
      query_params: _q,
      ...rest
    } = body;
    const notification = parseNotification({ ...rest, channel_id: 1000000068001 });
    assert.deepEqual(
      [notification.channelId, notification.serverTime, notification.affectedFields.size],
      [ID, null, 0],
    );
  });

  it('keeps its other records when one id is nonsense', () => {
    const ids = [null, 'x', '5500000003194003', '5500000003194003'];
    assert.deepEqual(parseNotification({ ...body, ids }).ids, ['5500000003194003']);
  });

  for (const [key, value] of [
    ['ids', []],
    ['token', undefined],
    ['operation', 'edit'],
    ['module', ''],
    ['channel_id', 2 ** 60],
  ] as const) {
    it(`is refused for its ${key} ${JSON.stringify(value)}, without a value in the error`, () => {
      assert.throws(
        () => parseNotification({ ...body, [key]: value }),
        (error) =>
          error instanceof ZohoError &&
          error.code === 'INVALID_NOTIFICATION' &&
          error.message.includes(key) &&
          !error.message.includes('s3cret'),
      );
    });
  }

  it('is refused for a body that is no object', () => {
    for (const nothing of [null, undefined, 'x', []]) assert.throws(() => parseNotification(nothing), ZohoError);
  });
});
