import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Simulator, startSimulator, SWITCHES } from '../../simulator';

const run = promisify(execFile);
const README = readFileSync(path.join(__dirname, '../../simulator/README.md'), 'utf8');
const USUAL_ADDRESS = 'http://127.0.0.1:8700';

/** The commands of the quick start, in order. */
const COMMANDS = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const MARK = '\u0001';

describe("simulator: the README's examples", () => {
  let simulator: Simulator;
  /** Output of each command. */
  let outputs: readonly string[];

  before(async () => {
    simulator = await startSimulator({ deals: 100 });
    const script = COMMANDS.map((command) => `${command}\nprintf '${MARK}'`).join('\n');
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script.replaceAll(USUAL_ADDRESS, simulator.url)]);
    outputs = stdout.split(MARK);
  });

  after(() => simulator.close());

  /** Output of the first command with these words. */
  function output(words: string): string {
    const place = COMMANDS.findIndex((command) => command.includes(words));
    assert.ok(place >= 0, `the README has no command with ${words}`);
    return outputs[place] ?? '';
  }

  const expected: readonly (readonly [words: string, answer: RegExp])[] = [
    ['/crm/v8/org ', /"org":\[/],
    ['users?type=CurrentUser', /"users":\[/],
    ['settings/modules/Deals', /"api_name":"Deals"/],
    ['settings/fields', /"api_name":"Expected_Revenue"/],
    ['settings/custom_views', /"name":"Won Deals"/],
    ['Deals?fields=', /"next_page_token":"/],
    ['/Deals/5500000103100001001', /"id":"5500000103100001001"/],
    ['actions/count', /^\{"count":100\}$/],
    ['Deals/search', /"data":\[.*"count":2/s],
    ['/coql', /"data":\[.*"more_records":true/s],
    ['"From curl","Stage":"Qualification"', /"message":"record added"/],
    ['/upsert', /"action":"update"/],
    ['-X PUT', /"message":"record updated"/],
    ['-X DELETE', /"message":"record deleted"/],
    ['Deals/deleted', /"id":"5500000103100001007"/],
    ['until curl', /"COMPLETED"/],
    ['/result', /^\s*[1-9]\d{2,}\s*$/],
    ['__simulator/faults', /"kind":"throttle"/],
    ['__simulator/clock', /"frozen":false/],
    ['__simulator/switches', /"pageTokens":"snapshot"/],
    ['__simulator/calls', /"insertRecords":\{"calls":1/],
  ];
  for (const [words, answer] of expected) {
    it(`answers ${words.trim()}`, () => {
      assert.match(output(words), answer);
    });
  }

  it('has no command that no test looks at', () => {
    const seen = COMMANDS.filter((command) => expected.some(([words]) => command.includes(words)));
    const rest = COMMANDS.filter((command) => !seen.includes(command));

    assert.ok(
      rest.every((command) => command.startsWith('export ')),
      rest.join('\n'),
    );
  });

  it('lists every switch with its default', () => {
    const lines = README.split('\n').filter((line) => /^\| `\w+` +\| /.test(line));
    const listed = new Map(
      lines.map((line) => {
        const [, name = '', standard = ''] = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
        return [name, standard] as const;
      }),
    );

    for (const [name, { standard }] of Object.entries(SWITCHES)) assert.equal(listed.get(name), String(standard), name);
  });
});
