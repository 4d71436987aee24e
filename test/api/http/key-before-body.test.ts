import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { API_ROLES, type ApiRole } from '../../../src/db/models/api-key';
import { NO_TEMPORAL, useApi } from '../support/api';
import { rawRequest } from '../support/raw-request';

const ANY_ID = '01890000-0000-7000-8000-000000000000';

describe('a request with a body', () => {
  const api = useApi(() => NO_TEMPORAL);
  const guarded = ROUTES.flatMap(({ method, path, body, access }) =>
    body && access !== 'open'
      ? [{ line: `${method.toUpperCase()} ${API_PREFIX}${path.replaceAll(/\{\w+\}/g, ANY_ID)} HTTP/1.1`, access }]
      : [],
  );
  const announced = ['content-type: application/json', 'content-length: 1000'];
  const keyOf = (role: ApiRole) => `authorization: Bearer ${api.keys[role]}`;

  it('is refused without a key before a byte of its body is sent, on every route', async () => {
    for (const { line } of guarded) {
      const { statuses } = await rawRequest(api.baseUrl, [line, ...announced]);

      assert.deepEqual(statuses, [401], line);
    }
  });

  it('is refused with a key of too low a role before a byte of its body is sent, on every route', async () => {
    for (const { line, access } of guarded) {
      const lower = API_ROLES[API_ROLES.indexOf(access) - 1];
      if (lower === undefined) continue;
      const { statuses } = await rawRequest(api.baseUrl, [line, ...announced, keyOf(lower)]);

      assert.deepEqual(statuses, [403], line);
    }
  });

  it('is asked to send its body only once its key is known', async () => {
    const head = [`POST ${API_PREFIX}/plans HTTP/1.1`, ...announced.slice(0, 1), 'content-length: 2'];

    const refused = await rawRequest(api.baseUrl, [...head, 'expect: 100-continue']);
    const taken = await rawRequest(api.baseUrl, [...head, 'expect: 100-continue', keyOf('viewer')], '{}');

    assert.deepEqual(refused.statuses, [401]);
    assert.deepEqual(taken.statuses, [100, 422]);
  });

  it('does not keep its connection by sending a refused body for ever', async () => {
    const { hostname, port } = new URL(api.baseUrl);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    socket.write(`POST ${API_PREFIX}/plans HTTP/1.1\r\nhost: x\r\n${announced.join('\r\n')}\r\n\r\n{`);

    socket.resume();
    await once(socket, 'close');
  });
});
