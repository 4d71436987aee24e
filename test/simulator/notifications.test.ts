import assert from 'node:assert/strict';
import { type Receiver, startReceiver } from './receiver';
import { type Answer, startTestBed, type TestBed } from './support';

const CHANNEL = '1000000068001';

describe('simulator: notifications', () => {
  let bed: TestBed;
  let receiver: Receiver;

  beforeEach(async () => {
    bed = await startTestBed();
    bed.simulator.control.moveClock({ set: '2026-02-01T10:00:00Z', freeze: true });
    receiver = await startReceiver();
  });

  afterEach(async () => {
    await bed.close();
    await receiver.close();
  });

  const send = (method: string, entry: Record<string, unknown>): Promise<Answer> =>
    bed.call('/crm/v8/actions/watch', { method, json: { watch: [entry] } });

  const watch = (changes: Record<string, unknown> = {}): Promise<Answer> =>
    send('POST', {
      channel_id: CHANNEL,
      events: ['Deals.all'],
      notify_url: `${receiver.url}?c=42`,
      token: 'secret',
      return_affected_field_values: true,
      ...changes,
    });

  const item = (answer: Answer): Record<string, unknown> =>
    (answer.body['watch'] as Record<string, unknown>[])[0] ?? {};

  const deals = async (): Promise<string[]> =>
    ((await bed.call('/crm/v8/Deals?fields=Stage')).body.data ?? []).map(({ id }) => id);

  it('tells what a call inserted, all ids at once, with token, channel and query parameters', async () => {
    await watch();
    const data = [1, 2, 3].map((n) => ({ Deal_Name: `N ${n}`, Stage: 'Qualification' }));

    const { body } = await bed.call('/crm/v8/Deals', { method: 'POST', json: { data } });
    const [message] = await receiver.wait(1);

    assert.deepEqual(message, {
      server_time: Date.parse('2026-02-01T10:00:00Z'),
      module: 'Deals',
      resource_uri: `${bed.simulator.url}/crm/v8/Deals`,
      operation: 'insert',
      channel_id: CHANNEL,
      token: 'secret',
      ids: body.data?.map(({ details }) => details.id),
      query_params: { c: '42' },
      affected_fields: [],
      affected_values: [],
    });
  });

  it('tells which fields an update changed, and their values', async () => {
    await watch();
    const [id = ''] = await deals();

    await bed.call(`/crm/v8/Deals/${id}`, { method: 'PUT', json: { data: [{ Next_Step: 'Call tomorrow' }] } });
    const [message] = await receiver.wait(1);

    assert.equal(message?.operation, 'update');
    assert.deepEqual(message?.['affected_fields'], [{ [id]: ['Next_Step'] }]);
    assert.deepEqual(message?.['affected_values'], [{ record_id: id, values: { Next_Step: 'Call tomorrow' } }]);
  });

  it('tells the values of new records only where that is switched on', async () => {
    bed.simulator.control.setSwitches({ notificationValuesOfNew: true });
    await watch();

    const data = [{ Deal_Name: 'New', Stage: 'Qualification', Next_Step: 'Call' }];
    const { body } = await bed.call('/crm/v8/Deals', { method: 'POST', json: { data } });
    const [message] = await receiver.wait(1);

    const [{ record_id: id, values } = { record_id: '', values: {} }] = message?.['affected_values'] as {
      record_id: string;
      values: Record<string, unknown>;
    }[];
    assert.equal(id, body.data?.[0]?.details.id);
    assert.deepEqual([values['Deal_Name'], values['Next_Step']], ['New', 'Call']);
  });

  it('names records by the host and version that a channel was subscribed at', async () => {
    const subscribe = async (): Promise<unknown> => {
      const entry = { channel_id: CHANNEL, events: ['Deals.edit'], notify_url: receiver.url };
      const answer = await bed.call('/crm/v6/actions/watch', { method: 'POST', json: { watch: [entry] } });
      const details = item(answer)['details'] as { events: { resource_uri: string }[] };
      return details.events[0]?.resource_uri;
    };
    const called = await subscribe();
    bed.simulator.control.setSwitches({ notificationResourceUri: 'own' });

    assert.deepEqual(
      [called, await subscribe()],
      [`${bed.simulator.url}/crm/v6/Deals`, `${bed.simulator.url}/crm/v8/Deals`],
    );
  });

  it('tells of deletes', async () => {
    await watch({ events: ['Deals.delete'] });
    const [id = ''] = await deals();

    await bed.call(`/crm/v8/Deals?ids=${id}`, { method: 'DELETE' });
    const [message] = await receiver.wait(1);

    assert.deepEqual([message?.operation, message?.ids], ['delete', [id]]);
  });

  it('puts a hundred ids into a message at most, and leaves silent changes out', async () => {
    await watch();

    bed.simulator.control.changeRecords('Deals', { update: { count: 5, values: { Amount: 1 } }, silent: true });
    bed.simulator.control.changeRecords('Deals', { insert: { count: 250 } });
    const messages = await receiver.wait(3);

    assert.deepEqual(
      messages.map(({ operation, ids }) => [operation, ids.length]),
      [
        ['insert', 100],
        ['insert', 100],
        ['insert', 50],
      ],
    );
  });

  it('heeds the condition of a channel', async () => {
    const module = { api_name: 'Deals', id: '5500000000000002103' };
    const field = (name: string): Record<string, unknown> => ({ field: { api_name: name, id: '1' } });
    await watch({
      notification_condition: [
        {
          type: 'field_selection',
          module,
          field_selection: { group_operator: 'or', group: [field('Stage'), field('Amount')] },
        },
      ],
    });
    const [first = '', second = ''] = await deals();

    bed.simulator.control.changeRecords('Deals', { update: [{ id: first, Next_Step: 'nobody cares' }] });
    bed.simulator.control.changeRecords('Deals', { update: [{ id: second, Amount: 7.25 }] });
    const [message] = await receiver.wait(1);

    assert.deepEqual(message?.ids, [second]);
  });

  it('gives an hour by default, a week at most, and an hour again where more was asked for', async () => {
    const expiries = [undefined, '2026-02-08T10:00:00+00:00', '2026-02-08T10:00:01+00:00'].map(async (expiry) => {
      const details = item(await watch({ channel_expiry: expiry }))['details'] as { events: Record<string, unknown>[] };
      return details.events[0]?.['channel_expiry'];
    });

    assert.deepEqual(await Promise.all(expiries), [
      '2026-02-01T06:00:00-05:00',
      '2026-02-08T05:00:00-05:00',
      '2026-02-01T06:00:00-05:00',
    ]);
  });

  it('falls silent when the channel has expired', async () => {
    await watch();
    bed.simulator.control.moveClock({ advance: 3_600_000 });

    bed.simulator.control.changeRecords('Deals', { insert: { count: 1 } });
    await watch({ events: ['Accounts.create'] });
    bed.simulator.control.changeRecords('Accounts', { insert: { count: 1 } });
    const messages = await receiver.wait(1);

    assert.deepEqual(
      messages.map((message) => message['module']),
      ['Accounts'],
    );
  });

  it('lists, patches, replaces and removes channels', async () => {
    await watch({ events: ['Deals.all', 'Contacts.create'] });

    const patched = await send('PATCH', { channel_id: CHANNEL, token: 'other' });
    const lessened = await send('PATCH', { channel_id: CHANNEL, events: ['Deals.edit'], _delete_events: true });
    const listed = await bed.call(`/crm/v8/actions/watch?channel_id=${CHANNEL}&module=Deals`);
    const replaced = await send('PUT', { channel_id: CHANNEL, events: ['Leads.all'], notify_url: receiver.url });
    const removed = await bed.call(`/crm/v8/actions/watch?channel_ids=${CHANNEL}`, { method: 'DELETE' });
    const gone = await bed.call('/crm/v8/actions/watch');

    assert.equal(item(patched)['message'], 'Successfully updated the subscribe details');
    assert.equal(item(lessened)['message'], 'Successfully removed the subscribe details');
    assert.deepEqual([item(listed)['token'], item(listed)['events']], ['other', ['Deals.create', 'Deals.delete']]);
    assert.equal(replaced.status, 200);
    assert.equal(item(removed)['message'], 'Successfully un-subscribed from actions-watch');
    assert.equal(gone.status, 204);
  });

  it('refuses what the documentation refuses, element by element', async () => {
    const entry = { channel_id: CHANNEL, events: ['Deals.all'], notify_url: receiver.url };
    const elements = [
      entry,
      { ...entry, notify_url: undefined },
      { ...entry, events: ['Nope.all'] },
      { ...entry, token: 'x'.repeat(51) },
      { ...entry, channel_id: 'abc' },
    ];

    const answer = await bed.call('/crm/v8/actions/watch', { method: 'POST', json: { watch: elements } });
    const unknown = await send('PUT', { ...entry, channel_id: '7' });

    const items = answer.body['watch'] as { code: string; details: Record<string, unknown> }[];
    assert.equal(answer.status, 207);
    assert.deepEqual(
      items.map(({ code }) => code),
      ['SUCCESS', 'MANDATORY_NOT_FOUND', 'INVALID_DATA', 'INVALID_DATA', 'INVALID_DATA'],
    );
    assert.equal(items[2]?.details['json_path'], '$.watch[2].events[0]');
    assert.equal(item(unknown)['code'], 'NOT_SUBSCRIBED');
  });

  describe('on the way', () => {
    const insert = (count: number): void => {
      bed.simulator.control.changeRecords('Deals', { insert: { count } });
    };

    it('drops and duplicates by count', async () => {
      await watch();
      bed.simulator.control.addDeliveryRule({ kind: 'drop', times: 1 });
      bed.simulator.control.addDeliveryRule({ kind: 'duplicate', times: 1 });

      insert(300);
      const messages = await receiver.wait(3);

      assert.deepEqual(messages[0]?.ids, messages[1]?.ids);
      assert.notDeepEqual(messages[1]?.ids, messages[2]?.ids);
      assert.equal(bed.simulator.control.deliveries().counts.dropped, 1);
    });

    it('sends a reordered message after the next one', async () => {
      await watch();
      bed.simulator.control.addDeliveryRule({ kind: 'reorder', times: 1 });

      insert(200);
      const [first, second] = await receiver.wait(2);

      assert.ok((first?.ids[0] ?? '') > (second?.ids[0] ?? ''));
    });

    it('holds a delayed message until the clock has moved', async () => {
      await watch();
      bed.simulator.control.addDeliveryRule({ kind: 'delay', times: 1, delayMs: 60_000 });

      insert(150);
      const [prompt] = await receiver.wait(1);
      bed.simulator.control.moveClock({ advance: 60_000 });
      const messages = await receiver.wait(2);

      assert.deepEqual([prompt?.ids.length, messages[1]?.ids.length], [50, 100]);
    });

    it('is ordered and looked at over HTTP', async () => {
      const control = `${bed.simulator.url}/__simulator/deliveries`;
      await watch();
      await fetch(`${control}/rules`, { method: 'POST', body: JSON.stringify({ kind: 'drop', probability: 1 }) });

      insert(1);
      await new Promise(setImmediate);
      const report = (await (await fetch(control)).json()) as { recent: { outcome: string; subject: string }[] };
      const refused = await fetch(`${control}/rules`, { method: 'POST', body: '{"kind":"lose"}' });

      assert.deepEqual(
        report.recent.map(({ outcome, subject }) => [outcome, subject]),
        [['dropped', CHANNEL]],
      );
      assert.equal(refused.status, 400);
    });
  });
});
