import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallerClient } from '../../src/activities/caller-client';
import type { Reach } from '../../src/domain/reach';
import { AddressNotAllowed, type Resolver } from '../../src/zoho/http/guarded-connector';

describe("a message to a caller's URL", () => {
  let inner: Server;
  let asked: string[];
  let clients: CallerClient[];
  beforeEach(async () => {
    asked = [];
    clients = [];
    inner = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/away') response.writeHead(302, { location: '/secret' });
      response.end('taken');
    });
    inner.listen(0, '127.0.0.1');
    await once(inner, 'listening');
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    inner.close();
  });

  const port = () => (inner.address() as AddressInfo).port;

  async function post(url: string, reach: Reach, resolve?: Resolver): Promise<number> {
    const client = new CallerClient(reach, resolve);
    clients.push(client);
    return client.post(url, {}, '{}', new AbortController().signal);
  }

  /** Answers with the next address for each question, as a name server does that rebinds a name. */
  function namesServerOf(...addresses: string[]): Resolver {
    return (_host, _options, done) => done(null, [{ address: addresses.shift() ?? '', family: 4 }]);
  }

  it('arrives at a host that is listed', async () => {
    const resolve = namesServerOf('127.0.0.1');

    assert.equal(
      await post(`http://hooks.internal:${port()}/done`, { privateHosts: ['hooks.internal'] }, resolve),
      200,
    );
    assert.deepEqual(asked, ['/done']);
  });

  it('does not arrive at a name that was bound to this machine', async () => {
    const resolve = namesServerOf('127.0.0.1');

    await assert.rejects(
      post(`http://rebound.example:${port()}/`, { allowLoopback: true }, resolve),
      AddressNotAllowed,
    );
    assert.deepEqual(asked, []);
  });

  it('does not arrive at a private address that stands in the URL', async () => {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])
      await assert.rejects(post(`http://${host}:${port()}/`, {}), AddressNotAllowed);
    assert.deepEqual(asked, []);
  });

  it('does not arrive at localhost, which needs no name server', async () => {
    await assert.rejects(post(`http://localhost:${port()}/`, {}), AddressNotAllowed);
    assert.deepEqual(asked, []);
  });

  it('does not follow a redirect', async () => {
    assert.equal(await post(`http://127.0.0.1:${port()}/away`, { allowLoopback: true }), 302);
    assert.deepEqual(asked, ['/away']);
  });

  it('does not arrive by any of several private addresses', async () => {
    const resolve: Resolver = (_host, _options, done) =>
      done(null, [
        { address: '10.0.0.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);

    await assert.rejects(post(`http://mixed.example:${port()}/`, {}, resolve), AddressNotAllowed);
    assert.deepEqual(asked, []);
  });
});
