import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useOrganization } from '../api/support/organization';
import { pulse } from '../cli/support';

const DOCUMENT = path.join(__dirname, '../../docs/zoho-operations.md');

/** A line as a person types it: what is piped in, and the arguments of `pulse`. */
interface Example {
  line: string;
  input: string | undefined;
  args: string[];
}

describe('the examples of Zoho operations', () => {
  const org = useOrganization();
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'pulse-docs-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (const { line, input, args } of readExamples()) {
    it(`${line} works`, async () => {
      const file = path.join(folder, 'input.json');
      if (input !== undefined) writeFileSync(file, input);

      const { code, err } = await pulse(
        org.api,
        args.map((arg) => (arg === '-' ? file : arg)),
        org.api.keys.admin,
      );

      assert.deepEqual({ code, err }, { code: 0, err: '' });
    });
  }
});

function readExamples(): Example[] {
  const block = /## Examples\n+```sh\n([^]*?)```/.exec(readFileSync(DOCUMENT, 'utf8'))?.[1] ?? '';
  return block
    .trim()
    .split('\n')
    .map((line) => {
      const [, input, command = ''] = /^(?:echo '([^']*)' \| )?pulse (.*?)(?: > \S+)?$/.exec(line) ?? [];
      return { line, input, args: command.split(' ') };
    });
}
