import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ZohoCall } from '../../../src/zoho/http/call-report';
import { ZohoTransport } from '../../../src/zoho/http/transport';
import { listRecords } from '../../../src/zoho/records/list-records';
import { failureOf } from '../support/failures';
import { ACCESS_TOKEN, type Bench, startBench, tokensFrom } from '../support/stub-zoho';

const page = { data: [{ id: '5500000000376008' }], info: { count: 1, more_records: false, next_page_token: null } };
const fields = ['Deal_Name'];

describe('transport', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench(300);
  });
  afterEach(() => bench.stop());

  const list = (options?: { signal?: AbortSignal; observer?: (call: ZohoCall) => void }) =>
    listRecords(bench.transport, 'Deals', { fields }, options);

  it('sends the access token the way Zoho wants it', async () => {
    bench.zoho.answer(200, page);
    await list();
    assert.equal(bench.zoho.last.headers.authorization, `Zoho-oauthtoken ${ACCESS_TOKEN}`);
  });

  it('keeps connections alive', async () => {
    const ports = new Set<number | undefined>();
    bench.zoho.respond((response) => {
      ports.add(response.socket?.remotePort);
      response.end(JSON.stringify(page));
    });
    for (let call = 0; call < 5; call += 1) await list();
    assert.ok(ports.size < 5, `${ports.size} connections for 5 calls`);
  });

  it("takes the time from Zoho's clock", async () => {
    bench.zoho.answer(200, page, { date: 'Wed, 28 Jan 2026 07:30:05 GMT' });
    assert.equal((await list()).serverTime.toISOString(), '2026-01-28T07:30:05.000Z');
  });

  describe('reports', () => {
    it('a good call once, to its own observer and to that of the call', async () => {
      bench.zoho.answer(200, page, { 'x-api-credits-remaining': '48211' });
      const heard: ZohoCall[] = [];
      await list({ observer: (call) => heard.push(call) });
      const { latencyMs, ...call } = bench.calls[0] ?? assert.fail('nothing reported');
      assert.ok(latencyMs > 0);
      assert.deepEqual(call, {
        operation: 'list_records',
        module: 'Deals',
        method: 'GET',
        path: '/crm/v8/Deals',
        status: 200,
        bytesReceived: JSON.stringify(page).length,
        bytesSent: 0,
        credits: 1,
        creditsRemaining: 48211,
      });
      assert.deepEqual(heard, bench.calls);
    });

    it('a refused call once, with its category', async () => {
      bench.zoho.answer(429, { code: 'TOO_MANY_REQUESTS', details: {}, message: 'm', status: 'error' });
      await failureOf(list());
      assert.deepEqual(
        bench.calls.map(({ status, failure }) => ({ status, failure })),
        [{ status: 429, failure: 'rate_limited' }],
      );
    });

    it('a call whose answer cannot be read once, as a failure', async () => {
      bench.zoho.answer(200, '<html>maintenance</html>', { 'content-type': 'text/html' });
      await failureOf(list());
      assert.deepEqual(
        bench.calls.map(({ failure }) => failure),
        ['network'],
      );
    });

    it('an abandoned call once, as neither good nor failed', async () => {
      const abort = new AbortController();
      bench.zoho.respond(() => abort.abort(new Error('cancelled')));
      await assert.rejects(list({ signal: abort.signal }), /cancelled/);
      assert.deepEqual(
        bench.calls.map(({ failure, aborted }) => ({ failure, aborted })),
        [{ failure: undefined, aborted: true }],
      );
    });

    it('nothing for a call that was never sent', async () => {
      await failureOf(listRecords(bench.transport, 'Deals', { fields: [] }));
      await assert.rejects(list({ signal: AbortSignal.abort(new Error('too late')) }), /too late/);
      assert.deepEqual(bench.calls, []);
    });

    it('and survives an observer that throws', async () => {
      bench.zoho.answer(200, page);
      const warning = new Promise((resolve) => process.once('warning', resolve));
      const result = await list({
        observer: () => {
          throw new Error('observer broke');
        },
      });
      assert.equal(result.count, 1);
      assert.match(String(await warning), /observer broke/);
    });
  });

  describe('on 401', () => {
    it('rejects the token, asks for an immediate retry and does not retry itself', async () => {
      bench.zoho.answer(401, { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' });
      const error = await failureOf(list());
      assert.deepEqual([error.category, error.retryable, error.retryAfterMs], ['auth_expired', true, 0]);
      assert.deepEqual(bench.tokens.rejected, [ACCESS_TOKEN]);
      assert.equal(bench.zoho.received.length, 1);
    });

    it('keeps the token if only its scope is too small', async () => {
      bench.zoho.answer(401, { code: 'OAUTH_SCOPE_MISMATCH', details: {}, message: 'Unauthorized', status: 'error' });
      const error = await failureOf(list());
      assert.deepEqual([error.category, error.retryable], ['permission', false]);
      assert.deepEqual(bench.tokens.rejected, []);
    });
  });

  describe('gives up with category network', () => {
    const expectNetwork = async (code: RegExp) => {
      const error = await failureOf(list());
      assert.deepEqual([error.category, error.retryable], ['network', true]);
      assert.match(error.code, code);
      assert.equal(bench.calls.length, 1);
    };

    it('when the connection is reset before the answer', async () => {
      bench.zoho.respond((response) => response.socket?.resetAndDestroy());
      await expectNetwork(/ECONNRESET|UND_ERR_SOCKET/);
    });

    it('when nobody listens', async () => {
      await bench.zoho.stop();
      await expectNetwork(/ECONNREFUSED/);
    });

    it('when no headers come in time', async () => {
      bench.zoho.respond(() => undefined);
      await expectNetwork(/UND_ERR_HEADERS_TIMEOUT/);
    });

    it('when the body stops coming', async () => {
      bench.zoho.respond((response) => response.writeHead(200).write('{"data":['));
      await expectNetwork(/UND_ERR_BODY_TIMEOUT/);
    });

    it('when the body is shorter than announced', async () => {
      bench.zoho.respond((response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"data":[{"id":"1"}');
        response.socket?.end();
      });
      await expectNetwork(/UND_ERR_SOCKET|CONTENT_LENGTH/);
    });

    it('when a chunked body is cut', async () => {
      bench.zoho.respond((response) => {
        response.write('{"data":[{"id":"1"}');
        setImmediate(() => response.socket?.destroy());
      });
      await expectNetwork(/UND_ERR_SOCKET|ECONNRESET/);
    });

    it('when the body is cut but announced as complete', async () => {
      bench.zoho.answer(200, JSON.stringify(page).slice(0, -20));
      await expectNetwork(/UNREADABLE_ANSWER/);
    });

    it('when the answer is a page of a proxy', async () => {
      bench.zoho.answer(200, '<html></html>', { 'content-type': 'text/html' });
      await expectNetwork(/UNREADABLE_ANSWER/);
    });
  });

  describe('aborted', () => {
    it('rejects at once with the reason and stops the call in flight', async () => {
      const abort = new AbortController();
      const reason = new Error('CANCELLED');
      const closed = new Promise<void>((resolve) => {
        bench.zoho.respond((response) => {
          response.once('close', resolve);
          abort.abort(reason);
        });
      });
      await assert.rejects(list({ signal: abort.signal }), (error) => error === reason);
      await closed;
    });

    it('rejects while the body is coming', async () => {
      const abort = new AbortController();
      bench.zoho.respond((response) => {
        response.write('{"data":[');
        void delay(20).then(() => abort.abort(new Error('CANCELLED')));
      });
      await assert.rejects(list({ signal: abort.signal }), /CANCELLED/);
    });

    it('rejects while a token is awaited', async () => {
      const abort = new AbortController();
      const tokens = tokensFrom(() => new Promise(() => undefined));
      const transport = new ZohoTransport({ tokens, timeoutMs: 300 });
      const call = listRecords(transport, 'Deals', { fields }, { signal: abort.signal });
      abort.abort(new Error('CANCELLED'));
      await assert.rejects(call, /CANCELLED/);
      await transport.close();
    });

    it('lets any number of calls share a signal', async () => {
      bench.zoho.answer(200, page);
      const warnings: Error[] = [];
      const listen = (warning: Error) => warnings.push(warning);
      process.on('warning', listen);
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 40 }, () => list({ signal })));
      await delay(5);
      process.off('warning', listen);
      assert.deepEqual(warnings, []);
    });
  });

  it('keeps the token out of every failure and report', async () => {
    const answers: (() => void)[] = [
      () => bench.zoho.answer(401, { code: 'INVALID_TOKEN', details: {}, message: ACCESS_TOKEN, status: 'error' }),
      () => bench.zoho.answer(400, { code: ACCESS_TOKEN, details: { token: ACCESS_TOKEN }, status: 'error' }),
      () => bench.zoho.answer(200, ACCESS_TOKEN),
      () => bench.zoho.respond((response) => response.socket?.end(`HTTP/1.1 ${ACCESS_TOKEN}\r\n\r\n`)),
    ];
    for (const prepare of answers) {
      prepare();
      const error = await failureOf(list());
      assert.ok(!`${error.stack}${JSON.stringify(error)}${String(error.cause)}`.includes(ACCESS_TOKEN));
    }
    assert.equal(bench.calls.length, answers.length);
    assert.ok(!JSON.stringify(bench.calls).includes(ACCESS_TOKEN));
  });
});
