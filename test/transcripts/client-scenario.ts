import assert from 'node:assert/strict';
import { massUpdateRecords } from '../../src/zoho/bulk/mass-update';
import type { ZohoTransport } from '../../src/zoho/http/transport';
import { getFields } from '../../src/zoho/metadata/fields';
import { getModule } from '../../src/zoho/metadata/modules';
import { getOrg } from '../../src/zoho/metadata/org';
import {
  disableChannels,
  listChannels,
  renewChannels,
  watchChannels,
} from '../../src/zoho/notifications/notification-channels';
import { queryRecords } from '../../src/zoho/query/coql-query';
import { countRecords } from '../../src/zoho/records/count-records';
import { listDeleted } from '../../src/zoho/records/deleted-records';
import { getRecord } from '../../src/zoho/records/get-record';
import { listRecords } from '../../src/zoho/records/list-records';
import type { WriteOutcome } from '../../src/zoho/records/write-outcome';
import { deleteRecords, insertRecords, updateRecords, upsertRecords } from '../../src/zoho/records/write-records';

const CHANNEL = '7340190100001';
const HOUR = 3_600_000;
const lead = (name: string) => ({ Last_Name: name, Company: 'Transcript', Email: `${name}@example.test` });

/**
 * Calls of the client's daily work, on records that it creates and deletes itself, so that it can be repeated in
 * any organization: metadata, writes with conflicts and refusals, reads, mass update by ids, a notification channel.
 *
 * @param zohoNow Zoho's clock.
 */
export async function runClientScenario(transport: ZohoTransport, zohoNow: Date): Promise<void> {
  await getOrg(transport);
  await getModule(transport, 'Leads');
  await getFields(transport, 'Leads');

  const inserted = await insertRecords(transport, 'Leads', [lead('first'), { Company: 'Transcript' }, lead('third')]);
  const [first, third] = [written(inserted[0]), written(inserted[2])];
  await getRecord(transport, 'Leads', first.id);
  await updateRecords(transport, 'Leads', [{ id: first.id, First_Name: 'Anna' }], {
    ifUnmodifiedSince: first.modifiedTime ?? assert.fail('no time'),
  });
  await updateRecords(transport, 'Leads', [{ id: first.id, First_Name: 'Berta' }], {
    ifUnmodifiedSince: '2020-01-01T00:00:00+00:00',
  });
  await upsertRecords(transport, 'Leads', [{ ...lead('third'), First_Name: 'Carla' }], ['Email']);
  await massUpdateRecords(transport, 'Leads', { ids: [first.id, third.id], values: { First_Name: 'Dora' } });

  await listRecords(transport, 'Leads', { fields: ['Last_Name', 'First_Name'], ids: [first.id, third.id] });
  await queryRecords(transport, `select Last_Name, First_Name from Leads where id = ${first.id} limit 0, 1`);
  await countRecords(transport, 'Leads');

  const channelExpiry = (ms: number): string => `${new Date(zohoNow.getTime() + ms).toISOString().slice(0, 19)}+00:00`;
  const channel = { channelId: CHANNEL, channelExpiry: channelExpiry(HOUR) };
  const watched = { events: ['Leads.create'], notifyUrl: 'https://example.com/hook', token: 'transcript' };
  await watchChannels(transport, [{ ...channel, ...watched }], zohoNow);
  await renewChannels(transport, [{ ...channel, channelExpiry: channelExpiry(2 * HOUR) }], zohoNow);
  await listChannels(transport, { channelId: CHANNEL });
  await disableChannels(transport, [CHANNEL]);

  await deleteRecords(transport, 'Leads', [first.id, third.id]);
  await deleteRecords(transport, 'Leads', [first.id]);
  await getRecord(transport, 'Leads', first.id);
  await listDeleted(transport, 'Leads', { type: 'recycle' });
}

function written(outcome: WriteOutcome | undefined): Extract<WriteOutcome, { status: 'success' }> {
  assert.equal(outcome?.status, 'success', JSON.stringify(outcome));
  return outcome;
}
