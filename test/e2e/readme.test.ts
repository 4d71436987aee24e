import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../dev/processes/ports';

const ROOT = path.resolve(__dirname, '../..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
/** Compiling and starting everything on a busy machine. */
const MAX_WAIT_MS = 240_000;

function commands(): string[] {
  return [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) => (block[1] ?? '').split('\n').filter(Boolean));
}

describe('the commands of the README', () => {
  /** Interrupts like a terminal: the signal goes to the whole foreground group. */
  async function pressCtrlC(): Promise<void> {
    if (started.exitCode !== null || started.signalCode !== null || started.pid === undefined) return;
    const closed = once(started, 'close');
    process.kill(-started.pid, 'SIGINT');
    await closed;
  }

  let home: string;
  let environment: NodeJS.ProcessEnv;
  let started: ChildProcess;
  let output = '';

  before(async function () {
    this.timeout(MAX_WAIT_MS);
    home = mkdtempSync(path.join(tmpdir(), 'pulse-readme-'));
    const port = async () => String(await freePort());
    environment = {
      ...process.env,
      PULSE_HOME: home,
      PULSE_DEMO_DEALS: '600',
      PULSE_API_PORT: await port(),
      PULSE_TEMPORAL_PORT: await port(),
      PULSE_TEMPORAL_UI_PORT: await port(),
      PULSE_POSTGRES_PORT: await port(),
      PULSE_SIMULATOR_PORT: await port(),
    };
    started = spawn('npm', ['start'], {
      cwd: ROOT,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    started.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    started.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(started, 'exit').then(() => assert.fail(`npm start ended:\n${output}`));
    const up = (async () => {
      while (!output.includes('Up until Ctrl-C.')) await new Promise((resolve) => setTimeout(resolve, 200));
    })();
    await Promise.race([up, ended]);
    ended.catch(() => undefined);
  });

  after(async function () {
    this.timeout(60_000);
    await pressCtrlC();
    rmSync(home, { recursive: true, force: true });
  });

  it('are only such as this file, CI or another test runs', () => {
    const tested = /^(npm start|npm start -- --once|npm test|export (API|KEY)=.*|curl -sS .*)$/;

    assert.deepEqual(
      commands().filter((command) => !tested.test(command)),
      [],
    );
  });

  it('npm start mirrors three modules, verified, and says where everything answers', () => {
    for (const module of ['Accounts', 'Contacts', 'Deals']) {
      assert.match(output, new RegExp(`^${module} +[\\d,]+ .* yes$`, 'm'));
    }
    for (const part of ['Control API', 'Temporal UI', 'Database', 'Simulator']) assert.match(output, new RegExp(part));
  });

  it('the API calls do what they say', () => {
    const script = commands()
      .filter((command) => /^(export|curl)/.test(command))
      .map((command) => command.replace('127.0.0.1:8600', `127.0.0.1:${environment['PULSE_API_PORT']}`))
      .map((command) => command.replace('.pulse/api-key', path.join(home, 'api-key')))
      .map((command) => (command.startsWith('curl') ? `${command}; echo` : command));

    const { stdout, stderr } = spawnSync('sh', ['-c', script.join('\n')], { cwd: ROOT, encoding: 'utf8' });

    const [accepted, sessions, openApi] = stdout.trim().split('\n');
    assert.equal(stderr, '');
    assert.match(accepted ?? '', /"status":"initiated"/);
    assert.match(sessions ?? '', /"module":"Deals"|"module_name":"Deals"/);
    assert.match(openApi ?? '', /"openapi":"3\.1/);
  });

  it('Ctrl-C stops all of it', async function () {
    this.timeout(60_000);
    await pressCtrlC();

    assert.match(output, /Stopped\.\s*$/);
  });

  it('a second start continues where the first was stopped, and --once ends by itself', function () {
    this.timeout(MAX_WAIT_MS);
    const second = spawnSync('npm', ['start', '--', '--once'], { cwd: ROOT, env: environment, encoding: 'utf8' });

    assert.equal(second.status, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /^Deals +600 .* yes$/m);
  });
});
