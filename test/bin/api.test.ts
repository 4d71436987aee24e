import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { useDatabase } from '../db/support';

describe('the API process', () => {
  const database = useDatabase();

  it('serves while Temporal is away, and ends with 0 on SIGTERM', async () => {
    const child = spawn(process.execPath, ['--import=tsx', 'src/bin/api.ts'], {
      env: { ...process.env, DATABASE_URL: database.url, TEMPORAL_ADDRESS: '127.0.0.1:1', PULSE_API_PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stderr })) {
      url = (JSON.parse(line) as { url?: string }).url;
      if (url !== undefined) break;
    }

    const alive = await fetch(`${url}/api/v1/health`);
    const ready = await fetch(`${url}/api/v1/ready`);
    child.kill('SIGTERM');

    assert.equal(alive.status, 200);
    // Load balancers keep an idle connection for a minute.
    assert.equal(alive.headers.get('keep-alive'), 'timeout=75');
    assert.equal(ready.status, 503);
    assert.deepEqual(await exited, [0, null]);
  });
});
