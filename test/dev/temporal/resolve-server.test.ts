import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TEMPORAL_VERSION } from '../../../dev/temporal/release';
import { type ObtainWay, resolveTemporalServer } from '../../../dev/temporal/resolve-server';

const GOOD = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)';

describe('resolveTemporalServer', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let cached: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-temporal-'));
    environment = { PATH: path.join(folder, 'bin'), XDG_CACHE_HOME: path.join(folder, 'cache') };
    cached = path.join(folder, 'cache', 'pipeline-pulse-sync', 'temporal', TEMPORAL_VERSION, 'temporal');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A program that answers to --version like this. */
  async function program(file: string, answer: string): Promise<string> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    return file;
  }

  function bringing(name: string, answer: string): ObtainWay & { calls: number } {
    const way = {
      name,
      calls: 0,
      obtain: async (target: string): Promise<void> => {
        way.calls += 1;
        await program(target, answer);
      },
    };
    return way;
  }

  const failing = (name: string): ObtainWay => ({ name, obtain: () => Promise.reject(new Error('no network')) });

  it('takes TEMPORAL_CLI before everything else', async () => {
    const chosen = await program(path.join(folder, 'own', 'temporal'), GOOD);
    await program(path.join(folder, 'bin', 'temporal'), GOOD);

    assert.equal(await resolveTemporalServer({ environment: { ...environment, TEMPORAL_CLI: chosen } }), chosen);
  });

  it('does not pass over a TEMPORAL_CLI that does not work', async () => {
    await program(path.join(folder, 'bin', 'temporal'), GOOD);

    await assert.rejects(resolveTemporalServer({ environment: { ...environment, TEMPORAL_CLI: '/no/such' } }), {
      message: 'TEMPORAL_CLI is set to /no/such, which does not exist.',
    });
  });

  it('takes the one on PATH before the one in the cache', async () => {
    const onPath = await program(path.join(folder, 'bin', 'temporal'), GOOD);
    await program(cached, GOOD);

    assert.equal(await resolveTemporalServer({ environment, obtain: [] }), onPath);
  });

  it('passes over one on PATH that is too old or something else', async () => {
    await program(path.join(folder, 'bin', 'temporal'), 'temporal version 1.1.0 (Server 1.25.1, UI 2.31.2)');
    await program(path.join(folder, 'other', 'temporal'), 'temporal, a calendar');
    await program(cached, GOOD);
    const everywhere = { ...environment, PATH: [path.join(folder, 'bin'), path.join(folder, 'other')].join(':') };

    assert.equal(await resolveTemporalServer({ environment: everywhere, obtain: [] }), cached);
  });

  it('tries the ways to obtain one in order and keeps what it gets in the cache', async () => {
    const second = bringing('second way', GOOD);

    const first = await resolveTemporalServer({ environment, obtain: [failing('first way'), second] });
    const again = await resolveTemporalServer({ environment, obtain: [] });

    assert.deepEqual([first, again, second.calls], [cached, cached, 1]);
  });

  it('obtains it once for several that ask at the same time', async () => {
    const way = bringing('the way', GOOD);

    await Promise.all(Array.from({ length: 5 }, () => resolveTemporalServer({ environment, obtain: [way] })));

    assert.equal(way.calls, 1);
  });

  it('names everything it tried when nothing works', async () => {
    await program(path.join(folder, 'bin', 'temporal'), 'temporal, a calendar');

    await assert.rejects(
      resolveTemporalServer({ environment, obtain: [failing('first way'), bringing('second way', 'rubbish')] }),
      (error: Error) => {
        assert.match(error.message, /bin\/temporal: is not the Temporal CLI \(it says "temporal, a calendar"\)/);
        assert.match(error.message, /first way: no network/);
        assert.match(error.message, /second way: what it brought is not the Temporal CLI/);
        assert.match(error.message, /set TEMPORAL_CLI to its path, or TEMPORAL_ADDRESS/);
        return true;
      },
    );
  });
});
