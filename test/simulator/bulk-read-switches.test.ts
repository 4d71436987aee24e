import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { downloadRows, refresh, runBulkRead, startTestBed } from './support';
import { codes, useSwitches } from './switch-bed';

const DAY = 86_400_000;

describe('simulator: switches of bulk read', () => {
  const { bed, both, bulkRead, csvOf, flip } = useSwitches();

  it('bulkReadMaxPage', async () => {
    const answers = await both({ bulkReadMaxPage: 50 }, () => bulkRead({ page: 51 }));

    assert.deepEqual(codes(answers), [undefined, 'PAGE_RANGE_EXCEEDED']);
  });

  it('bulkReadEnds', async () => {
    const more = async (): Promise<unknown> =>
      (await runBulkRead(bed(), { module: { api_name: 'Deals' }, fields: ['Stage'] })).result.more_records;
    const usual = await more();
    flip({ bulkReadEnds: false });

    assert.deepEqual([usual, await more()], [false, true]);
  });

  it('bulkReadValuesPerIn', async () => {
    const value = Array.from({ length: 21 }, (_, i) => String(i));
    const criteria = { field: { api_name: 'Stage' }, comparator: 'in', value };

    const answers = await both({ bulkReadValuesPerIn: 20 }, () => bulkRead({ criteria }));

    assert.deepEqual(codes(answers), [undefined, 'VALUE_LIMIT_EXCEEDED_IN_CRITERIA']);
  });

  it('bulkReadQueueLength', async () => {
    const slow = await startTestBed({ deals: 10, bulkJobMs: 60_000, switches: { bulkReadQueueLength: 1 } });
    const create = async (): Promise<number> => {
      const json = { query: { module: { api_name: 'Deals' } } };
      return (await slow.call('/crm/bulk/v8/read', { method: 'POST', json })).status;
    };

    const answered = [await create(), await create(), await create()];
    await slow.close();

    assert.deepEqual(answered, [201, 201, 429]);
  });

  it('bulkReadSeparator', async () => {
    const field = 'Field_10';
    const cells = async (): Promise<Set<string | undefined>> => {
      const job = await runBulkRead(bed(), { module: { api_name: 'Wide_Module' }, fields: [field] });
      return new Set((await downloadRows(bed(), job)).map((row) => row[field]));
    };

    const usual = await cells();
    flip({ bulkReadSeparator: '|' });
    const other = await cells();

    assert.ok(usual.has('Red;Blue, light'));
    assert.ok(other.has('Red|Blue, light'));
  });

  it('bulkReadDatetimeOffset: the same instants in UTC, of written records too', async () => {
    bed().simulator.control.changeRecords('Deals', { update: { count: 3, values: { Stage: 'Closed Won' } } });
    const times = async (): Promise<string[]> =>
      (await csvOf({ fields: ['Modified_Time'] }))
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1] ?? '');

    const local = await times();
    flip({ bulkReadDatetimeOffset: 'utc' });
    const universal = await times();

    assert.ok(local.every((text) => /-0[45]:00$/.test(text)));
    assert.ok(universal.every((text) => text.endsWith('+00:00')));
    assert.deepEqual(universal.map(Date.parse), local.map(Date.parse));
  });

  it('bulkReadBom', async () => {
    flip({ bulkReadBom: true });

    assert.ok((await csvOf({ fields: ['Stage'] })).startsWith('\uFEFFId,Stage\n'));
  });

  it('bulkReadColumnOrder', async () => {
    const header = async (): Promise<string | undefined> =>
      (await csvOf({ fields: ['Stage', 'Modified_Time', 'Deal_Name'] })).split('\n')[0];

    const requested = await header();
    flip({ bulkReadColumnOrder: 'metadata' });

    assert.equal(requested, 'Id,Stage,Modified_Time,Deal_Name');
    assert.equal(await header(), 'Id,Deal_Name,Stage,Modified_Time');
  });

  it('bulkReadEmptyFile', async () => {
    const empty = { module: { api_name: 'Empty_Module' }, fields: ['Name'] };

    const header = await csvOf(empty);
    flip({ bulkReadEmptyFile: 'empty' });

    assert.deepEqual([header, await csvOf(empty)], ['Id,Name\n', '']);
  });

  it('expiredPageTokenCode', async () => {
    const big = await startTestBed({ deals: 200_001, switches: { expiredPageTokenCode: 'EXPIRED_PAGE_TOKEN' } });
    const job = await runBulkRead(big, { module: { api_name: 'Deals' }, fields: ['Stage'] });
    big.simulator.control.moveClock({ advance: DAY + 1_000 });
    const { access_token: token } = (await (await refresh(big.simulator.url)).json()) as { access_token: string };

    const { body } = await big.call('/crm/bulk/v8/read', {
      method: 'POST',
      json: { query: { page_token: job.result.next_page_token } },
      headers: { Authorization: `Zoho-oauthtoken ${token}` },
    });
    await big.close();

    assert.equal(body.code, 'EXPIRED_PAGE_TOKEN');
  });

  it('callbackCopies: delivers a callback twice', async () => {
    flip({ callbackCopies: 2, callbackDelayMs: 1 });
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end());
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;

    const query = { module: { api_name: 'Empty_Module' } };
    await bed().call('/crm/bulk/v8/read', { method: 'POST', json: { query, callback: { url, method: 'post' } } });
    while (bodies.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    receiver.closeAllConnections();
    receiver.close();

    assert.equal(bodies[0], bodies[1]);
    assert.match(bodies[0] ?? '', /"state":"COMPLETED"/);
  });
});
