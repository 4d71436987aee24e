import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { useDatabase } from '../db/support';
import { sharedTemporal } from '../support/temporal-server';

describe('the worker process', function () {
  this.timeout(60_000);
  const database = useDatabase();

  it('names the namespace that Temporal lacks in a sentence, and ends with 1', async () => {
    const { address } = await sharedTemporal();
    const child = spawn(process.execPath, ['--import=tsx', 'src/bin/worker.ts'], {
      env: {
        ...process.env,
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: 'nowhere-at-all',
        PULSE_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });

    const said = await text(child.stderr);

    assert.match(said, /^The worker stopped: .*nowhere-at-all.*TEMPORAL_NAMESPACE\.$/m);
    assert.doesNotMatch(said, /\n\s+at /);
    assert.equal(child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))), 1);
  });
});
