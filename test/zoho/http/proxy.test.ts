import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from '../../../src/zoho/http/http-client';

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];

describe('a proxy in the environment', () => {
  let proxy: Server;
  let asked: string[];
  let before: [string, string | undefined][];
  beforeEach(async () => {
    before = VARIABLES.map((name) => [name, process.env[name]]);
    for (const name of VARIABLES) delete process.env[name];
    asked = [];
    proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    proxy.close();
  });

  async function call(origin: string): Promise<string | undefined> {
    const client = new HttpClient(2_000);
    try {
      const label = { operation: 'list_records', module: 'Deals' } as const;
      await client.send(label, { origin, path: '/', method: 'GET', headers: {} }, undefined);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      await client.close();
    }
  }
  const address = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  for (const name of ['HTTPS_PROXY', 'https_proxy']) {
    it(`named by ${name} is asked for the way to Zoho`, async () => {
      process.env[name] = address();
      assert.notEqual(await call('https://www.zohoapis.eu'), undefined);
      assert.deepEqual([...new Set(asked)], ['www.zohoapis.eu:443']);
    });
  }

  it('is not asked for a host that NO_PROXY names', async () => {
    process.env['HTTPS_PROXY'] = address();
    process.env['NO_PROXY'] = 'zohoapis.invalid';
    assert.match((await call('https://www.zohoapis.invalid')) ?? '', /host name is unknown/);
    assert.deepEqual(asked, []);
  });

  it('is not asked for this machine itself, where the simulator is', async () => {
    process.env['HTTP_PROXY'] = address();
    const here = createServer((_request, response) => response.end('{}'));
    here.listen(0, '127.0.0.1');
    await once(here, 'listening');
    assert.equal(await call(`http://127.0.0.1:${(here.address() as AddressInfo).port}`), undefined);
    assert.deepEqual(asked, []);
    here.close();
  });
});
