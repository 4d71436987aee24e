import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runPulse } from './support';

const NOBODY = 'http://127.0.0.1:1';

/** The answers of something that is not the control API. */
async function strangerAnswering(
  contentType: string,
  body: string,
  ask: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((_request, response) => response.setHeader('content-type', contentType).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('pulse', () => {
  it('explains itself, with its exit codes', async () => {
    const { code, out } = await runPulse(['--help']);

    assert.equal(code, 0);
    assert.match(out, /Usage: pulse .*sync .*sessions .*health .*Exit codes: 0 done/s);
  });

  for (const args of [['dance'], ['sessions', 'dance'], ['sync', 'full'], ['health', '--loud'], []]) {
    it(`ends with 2 for "pulse ${args.join(' ')}" and asks no API`, async () => {
      const { code, out, err } = await runPulse(args, { PULSE_API_URL: NOBODY });

      assert.deepEqual([code, out], [2, '']);
      assert.notEqual(err, '');
    });
  }

  it('checks values before it asks the API', async () => {
    for (const options of [
      ['--path', 'carrier-pigeon'],
      ['--mass-delete-percent', '101'],
      ['--mass-delete-percent', '-1'],
      ['--fields', 'Deal_Name,,Amount'],
    ]) {
      const { code, err } = await runPulse(['sync', 'full', 'Deals', ...options], { PULSE_API_URL: NOBODY });

      assert.equal(code, 2, err);
      assert.match(err, /^error: option .* is invalid/);
    }
  });

  it('ends with 3 and one line when the API does not answer', async () => {
    const { code, out, err } = await runPulse(['sessions', 'list', '--api', NOBODY]);

    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /^pulse: The control API at http:\/\/127\.0\.0\.1:1 does not answer \(.+\): .*\n$/);
  });

  for (const [what, contentType, body] of [
    ['another service', 'application/json', '{"sessions":"none"}'],
    ['a web page', 'text/html', '<p>Welcome</p>'],
    ['broken JSON', 'application/json', '{'],
  ] as const) {
    it(`ends with 3 when ${what} answers`, async () => {
      await strangerAnswering(contentType, body, async (url) => {
        const { code, err } = await runPulse(['sessions', 'list', '--api', url]);

        assert.equal(code, 3);
        assert.match(err, /is not a control API of this version/);
      });
    });
  }

  it('is a program: what it says goes to stderr and its code to the shell', () => {
    const root = path.resolve(__dirname, '../..');

    const child = spawnSync(process.execPath, ['--import=tsx', 'src/bin/pulse.ts', 'health', '--api', NOBODY], {
      cwd: root,
      encoding: 'utf8',
    });

    assert.deepEqual([child.status, child.stdout], [3, '']);
    assert.match(child.stderr, /^pulse: The control API at .* does not answer/);
  });
});
