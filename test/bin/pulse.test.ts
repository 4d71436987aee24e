import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

describe('the pulse process', () => {
  for (const closed of ['stdout', 'stderr'] as const) {
    it(`ends in silence when the reader of its ${closed}, such as head, closes the pipe`, async () => {
      const args = closed === 'stdout' ? ['--help'] : ['no-such-command'];
      const child = spawn(process.execPath, ['--import=tsx', 'src/bin/pulse.ts', ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child[closed].destroy();
      const open = closed === 'stdout' ? child.stderr : child.stdout;
      const said = await text(open);
      if (child.exitCode === null) await once(child, 'close');

      assert.equal(said, '');
      assert.equal(child.signalCode, null);
    });
  }
});
