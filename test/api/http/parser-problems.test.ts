import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { PROBLEM_CONTENT_TYPE, ProblemDocument } from '../../../src/api/http/problem';
import { serveApp } from '../../../src/api/serve';

describe('what never becomes a request', () => {
  let server: Server;
  before(async () => {
    server = createServer({ headersTimeout: 100, connectionsCheckingInterval: 20 });
    const app = express();
    app.get('/begun', (_request, response) => void response.write('begun'));
    serveApp(server, app);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => void server.close());

  /** Writes bytes and reads what comes back until the server closes the connection. */
  async function answerTo(bytes: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(bytes);
    const answer = text(socket);
    return answer;
  }

  for (const [what, bytes, status, code] of [
    ['is no HTTP', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    ['has a header whose name is none', 'GET / HTTP/1.1\r\nHost: a\r\nX\x01: b\r\n\r\n', 400, 'malformed_request'],
    [
      'has headers without end',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['comes too slowly', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, 'request_timeout'],
  ] as const) {
    it(`is answered as a problem where it ${what}`, async () => {
      const [head = '', body = ''] = (await answerTo(bytes)).split('\r\n\r\n');

      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(head, new RegExp(`^Content-Type: ${PROBLEM_CONTENT_TYPE.replace('+', '\\+')}\r$`, 'm'));
      const problem = ProblemDocument.parse(JSON.parse(body));
      assert.deepEqual([problem.status, problem.code], [status, code]);
    });
  }

  it('does not spoil an answer that has begun', async () => {
    const answer = await answerTo('GET /begun HTTP/1.1\r\nHost: a\r\n\r\nHELLO\r\n\r\n').catch(() => 'reset');

    assert.ok(!answer.includes('malformed_request'), answer);
  });
});
