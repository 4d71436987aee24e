import assert from 'node:assert/strict';
import {
  disableChannels,
  listChannels,
  removeEvents,
  renewChannels,
  watchChannels,
} from '../../../src/zoho/notifications/notification-channels';
import { parseNotification } from '../../../src/zoho/notifications/parse-notification';
import { insertRecords, updateRecords } from '../../../src/zoho/records/write-records';
import { type Receiver, startReceiver } from '../../simulator/receiver';
import { type SimulatorBench, startSimulatorBench } from './bench';

const CHANNEL = '1000000068001';
const FIRST_DEAL = '5500000103100001001';
const HOUR = 3_600_000;

describe('notifications to the client from the simulator', () => {
  let bench: SimulatorBench;
  let receiver: Receiver;

  beforeEach(async () => {
    [bench, receiver] = await Promise.all([startSimulatorBench({ deals: 20 }), startReceiver()]);
  });
  afterEach(() => Promise.all([bench.stop(), receiver.close()]));

  const now = (): Date => new Date(bench.simulator.control.clock().milliseconds);
  const expiry = (ms: number): string => `${new Date(now().getTime() + ms).toISOString().slice(0, 19)}+00:00`;

  async function watch(events: readonly string[] = ['Deals.all']): Promise<void> {
    const channel = { channelId: CHANNEL, events, notifyUrl: `${receiver.url}?c=42`, token: 'secret' };
    const [outcome] = await watchChannels(bench.transport, [{ ...channel, channelExpiry: expiry(HOUR) }], now());
    assert.equal(outcome?.status, 'success', JSON.stringify(outcome));
  }

  it('tell of inserts and updates, in a form that the client reads', async () => {
    await watch();

    const [inserted] = await insertRecords(bench.transport, 'Deals', [{ Deal_Name: 'New', Stage: 'Qualification' }]);
    await receiver.wait(1);
    await updateRecords(bench.transport, 'Deals', [{ id: FIRST_DEAL, Next_Step: 'Call' }]);
    const [first, second] = (await receiver.wait(2)).map(parseNotification);

    assert.ok(inserted?.status === 'success');
    assert.deepEqual([first?.operation, first?.ids, first?.token], ['insert', [inserted.id], 'secret']);
    assert.deepEqual(first?.queryParams, { c: '42' });
    assert.deepEqual([second?.operation, second?.affectedFields.get(FIRST_DEAL)], ['update', ['Next_Step']]);
  });

  it('continue after a renewal, and end with the channel', async () => {
    await watch();

    const [renewed] = await renewChannels(
      bench.transport,
      [{ channelId: CHANNEL, channelExpiry: expiry(48 * HOUR) }],
      now(),
    );
    const { channels } = await listChannels(bench.transport, { channelId: CHANNEL });
    await disableChannels(bench.transport, [CHANNEL]);
    const { channels: left } = await listChannels(bench.transport);

    assert.equal(renewed?.status, 'success');
    assert.ok(Date.parse(channels[0]?.channelExpiry ?? '') > now().getTime() + 47 * HOUR);
    assert.deepEqual([channels.length, left], [1, []]);
  });

  it('leave out events that were taken away', async () => {
    await watch(['Deals.create', 'Deals.edit']);

    await removeEvents(bench.transport, { channelId: CHANNEL, events: ['Deals.create'] });

    assert.deepEqual((await listChannels(bench.transport)).channels[0]?.events, ['Deals.edit']);
  });
});
