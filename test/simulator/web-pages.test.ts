import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { startTestBed, type TestBed } from './support';

describe('simulator: the control plane', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await startTestBed({ deals: 5 });
  });
  afterEach(() => bed.close());

  /** A request with just these headers, as no `fetch` would send it. */
  async function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
    const sent = request(bed.simulator.url + path, { method, headers });
    sent.end(method === 'POST' ? '{"used":7}' : undefined);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  }

  const used = () => bed.simulator.control.calls().credits.used;

  for (const [page, headers] of [
    ['another site', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ['a sandboxed frame', { origin: 'null', 'content-type': 'text/plain' }],
    ['a name that leads to this machine', { origin: 'http://evil.example:8700', host: 'evil.example:8700' }],
  ] as const) {
    it(`takes no command of a page of ${page}`, async () => {
      const before = used();

      assert.equal(await statusOf('POST', '/__simulator/credits', headers), 403);

      assert.equal(used(), before);
    });
  }

  it('shows no records to a page of another site', async () => {
    assert.equal(await statusOf('GET', '/__simulator/records/Deals', { 'sec-fetch-site': 'cross-site' }), 403);
  });

  it('takes commands of programs, and shows a person what was typed into the address line', async () => {
    assert.equal(await statusOf('POST', '/__simulator/credits', {}), 204);
    assert.equal(used(), 7);
    assert.equal(await statusOf('GET', '/__simulator/calls', { 'sec-fetch-site': 'none' }), 200);
  });
});
