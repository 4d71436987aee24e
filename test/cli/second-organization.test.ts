import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, type Simulator, startSimulator } from '../../simulator';
import { runCli } from '../../src/cli/program';
import { TemporalUnavailable } from '../../src/temporal/runs/command-errors';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection } from '../db/support';
import { poll } from '../support/poll';

/** The commands by which the guide adds an organization, as arguments of `pulse` and the environment before it. */
function commandsOfGuide(): { args: string[]; environment: Record<string, string> }[] {
  const guide = readFileSync(path.join(projectRoot(), 'docs/production.md'), 'utf8');
  const [, block = ''] = /## A second organization[^]*?```sh\n([^]*?)```/.exec(guide) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split('pulse ');
      const set = before.trim().split('=');
      return { args: after.split(' '), environment: set.length === 2 ? { [set[0] as string]: set[1] as string } : {} };
    });
}

describe('a second organization', () => {
  let simulator: Simulator;
  /** Connections of which syncs were to be started. */
  const started: string[] = [];
  const api = useApi(
    () => ({
      ...NO_TEMPORAL,
      startFullSync: async ({ connection }) => {
        started.push(connection);
        throw new TemporalUnavailable('Temporal did not answer.');
      },
    }),
    () => simulator.url,
  );
  before(async () => {
    simulator = await startSimulator({ deals: 10, dataCenter: 'eu' });
  });
  after(() => simulator.close());

  interface Running {
    ended: Promise<number>;
    out: string;
    err: string;
  }
  function run(args: readonly string[], environment: Record<string, string> = {}): Running {
    const access = { PULSE_HOME: '/nonexistent', PULSE_API_URL: api.baseUrl, PULSE_API_KEY: api.keys.admin };
    const running: Running = { ended: Promise.resolve(-1), out: '', err: '' };
    running.ended = runCli(args, {
      environment: { ...access, ...environment },
      out: (text) => void (running.out += text),
      err: (text) => void (running.err += text),
    });
    return running;
  }

  it('is added and used by the commands of the guide', async () => {
    await someConnection(api.knex);
    const [connect, list, sync] = commandsOfGuide();
    assert.ok(connect && list && sync);
    const args = connect.args.map((word) => (word === '1000.BETA' ? DEMO_CLIENT_ID : word));
    const connecting = run([...args, '--no-open'], { PULSE_CLIENT_SECRET: DEMO_CLIENT_SECRET });
    const address = await poll(async () => /^http\S+$/m.exec(connecting.err)?.[0], {
      what: 'the consent is announced',
    });
    await fetch(address);
    assert.equal(await connecting.ended, 0, connecting.err);
    assert.match(connecting.out, /^connection +beta$/m);
    assert.match(connecting.out, /^status +connected$/m);

    const listing = run(list.args);
    assert.equal(await listing.ended, 0, listing.err);
    assert.match(listing.out, /Deals/);

    // This API has no Temporal: the request was understood, and could not be started.
    const syncing = run(sync.args, sync.environment);
    assert.equal(await syncing.ended, 3, syncing.err);
    assert.deepEqual(started, ['beta']);
  });

  it('has to be named, by the option, or the environment, of which the option wins', async () => {
    const { name } = await someConnection(api.knex);
    const status = (more: string[], environment?: Record<string, string>) =>
      run(['connect', '--status', ...more], environment);
    const [unnamed, named, overruled] = [
      status([]),
      status([], { PULSE_CONNECTION: name }),
      status(['--connection', name], { PULSE_CONNECTION: 'nowhere' }),
    ];

    assert.equal(await unnamed.ended, 2);
    assert.match(unnamed.err, /several connections, so name one of them/);
    for (const answer of [named, overruled]) {
      assert.equal(await answer.ended, 0, answer.err);
      assert.match(answer.out, new RegExp(`^connection +${name}$`, 'm'));
    }
  });
});
