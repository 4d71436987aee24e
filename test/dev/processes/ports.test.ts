import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freePort, isPortFree, nextFreePort, requireFreePort } from '../../../dev/processes/ports';

describe('ports', () => {
  let server: Server;
  let taken: number;
  beforeEach(async () => {
    taken = await freePort();
    server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  it('tells a taken port from a free one', async () => {
    assert.equal(await isPortFree(taken), false);
    assert.equal(await isPortFree(await freePort()), true);
  });

  it('takes the next free port', async () => {
    const port = await nextFreePort(taken);

    assert.ok(port > taken);
    assert.equal(await isPortFree(port), true);
  });

  it('names the port, its purpose and the variable that changes it', async () => {
    await assert.rejects(requireFreePort(taken, 'the control API', 'PULSE_API_PORT'), {
      message:
        `Port ${taken} for the control API is in use by another program: ` +
        'stop that program, or set PULSE_API_PORT to a free port.',
    });
  });
});
