import assert from 'node:assert/strict';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { projectRoot } from '../../dev/project-root';

const NAMES = '@typescript-eslint/naming-convention';
const typed = Object.entries(tseslint.configs.disableTypeChecked.rules ?? {}).filter(([rule]) => rule !== NAMES);

/** The project's own configuration, without the rules that need types: those would load the whole project. */
const eslint = new ESLint({
  cwd: projectRoot(),
  overrideConfig: [
    {
      files: ['**/*.ts'],
      rules: Object.fromEntries(typed),
      languageOptions: { parserOptions: { projectService: false } },
    },
  ],
});

async function refusals(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  assert.deepEqual(
    result?.messages.filter(({ fatal }) => fatal),
    [],
  );
  return (result?.messages ?? []).map(({ ruleId }) => String(ruleId));
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `  total += ${i};`).join('\n');
}

const SRC = 'src/example.ts';
const KERNEL = 'assembly/example.ts';
const TEST = 'test/domain/example.test.ts';
const branches = Array.from({ length: 16 }, (_, i) => `  if (n === ${i}) return ${i};`).join('\n');

const REFUSED: readonly (readonly [what: string, rule: string, filePath: string, code: string])[] = [
  ['a file of 301 lines', 'max-lines', SRC, 'export {};\n'.repeat(301)],
  ['a function of 61 lines', 'max-lines-per-function', SRC, `export function f(total = 0) {\n${lines(59)}\n}\n`],
  ['a test of 61 lines', 'house/max-lines-per-function', TEST, `it('x', (total = 0) => {\n${lines(59)}\n});\n`],
  [
    'a function with 17 ways through',
    'complexity',
    SRC,
    `export function f(n: number) {\n${branches}\n  return -1;\n}\n`,
  ],
  ['a name in snake case', NAMES, SRC, 'export const next_page = 1;\n'],
  [
    'imports out of order',
    'import-x/order',
    SRC,
    "import { b } from './b';\nimport { existsSync } from 'node:fs';\nexport { b, existsSync };\n",
  ],
  ['the private keyword', 'no-restricted-syntax', SRC, 'export class A {\n  private b = 1;\n}\n'],
  [
    'a parameter that is a field',
    'no-restricted-syntax',
    SRC,
    'export class A {\n  constructor(readonly b: number) {}\n}\n',
  ],
  ['a private word for a function', 'house/vocabulary', SRC, 'export function walkPages() {}\n'],
  ['a private word for a member', 'house/vocabulary', SRC, 'export interface A {\n  heldBack: number;\n}\n'],
  ['a private word for a parameter', 'house/vocabulary', SRC, 'export const f = (told: boolean) => told;\n'],
  ['a private word for a #private', 'house/vocabulary', SRC, 'export class A {\n  #patience = 1;\n}\n'],
  ['a private word for a file', 'house/vocabulary', 'src/page-walk.ts', 'export {};\n'],
  [
    'a doc comment that begins with What',
    'house/doc-voice',
    SRC,
    '/** What a caller may do. */\nexport const a = 1;\n',
  ],
  [
    'a doc comment that begins with Whoever',
    'house/doc-voice',
    SRC,
    '/**\n * Whoever asks.\n */\nexport const a = 1;\n',
  ],
  ['a kernel file of 301 lines', 'max-lines', KERNEL, 'export {};\n'.repeat(301)],
  [
    'a kernel function of 61 lines',
    'max-lines-per-function',
    KERNEL,
    `export function f(total: usize): void {\n${lines(59)}\n}\n`,
  ],
  [
    'a kernel function with 17 ways through',
    'complexity',
    KERNEL,
    `export function f(n: i32): i32 {\n${branches}\n  return -1;\n}\n`,
  ],
  ['a private word in the kernel', 'house/vocabulary', KERNEL, 'export function walkPages(at: usize): void {}\n'],
  [
    'a doc comment of the kernel that begins with What',
    'house/doc-voice',
    KERNEL,
    '/** What a text holds. */\nexport const A: u8 = 1;\n',
  ],
];

const ACCEPTED: readonly (readonly [what: string, filePath: string, code: string])[] = [
  ['a describe of 61 lines', TEST, `describe('x', (total = 0) => {\n${lines(59)}\n});\n`],
  ['a foreign name that is only used', SRC, "import { walk } from './a';\nexport const b = walk;\n"],
  ['a word that only contains another', SRC, 'export const returned = 1;\n'],
  ['a doc comment that begins with a noun', SRC, '/** Permission of a caller. */\nexport const a = 1;\n'],
  [
    'the types and functions of AssemblyScript',
    KERNEL,
    'let total: usize = 0;\nexport function f(at: usize): u8 {\n  total += at;\n  return load<u8>(total);\n}\n',
  ],
];

const ARROWS: readonly (readonly [filePath: string, imported: string])[] = [
  ['src/domain/a.ts', '../zoho/http/transport'],
  ['src/zoho/http/a.ts', '../../db/postgres/knex'],
  ['src/db/mirror/a.ts', '../../zoho/http/transport'],
  ['src/connection/a.ts', '../temporal/ids'],
  ['src/temporal/contract/a.ts', '../ids'],
  ['src/temporal/a.ts', '../workflows'],
  ['src/activities/a.ts', '../api/paths'],
  ['src/workflows/a.ts', '../db/postgres/knex'],
  ['src/api/a.ts', '../workflows'],
  ['src/cli/a.ts', '../db/postgres/knex'],
  ['src/config.ts', './api/paths'],
  ['src/bin/a.ts', '../../simulator'],
  ['src/bin/a.ts', '../../dev/project-root'],
  ['src/bin/a.ts', '../../test/support/poll'],
  ['simulator/a.ts', '../src/zoho/http/transport'],
  ['dev/a.ts', '../test/support/poll'],
  ['scripts/a.ts', '../test/support/poll'],
  ['bench/a.ts', '../test/support/poll'],
  ['test/a.ts', '../scripts/start'],
];

describe('lint', () => {
  for (const [what, rule, filePath, code] of REFUSED) {
    it(`refuses ${what}`, async () => {
      assert.ok((await refusals(filePath, code)).includes(rule));
    });
  }

  for (const [what, filePath, code] of ACCEPTED) {
    it(`accepts ${what}`, async () => {
      const house = (await refusals(filePath, code)).filter((rule) => /^(house|max)/.test(rule));

      assert.deepEqual(house, []);
    });
  }

  for (const [filePath, imported] of ARROWS) {
    it(`refuses ${imported} in ${filePath}`, async () => {
      const rules = await refusals(filePath, `import type { A } from '${imported}';\nexport type B = A;\n`);

      assert.ok(rules.includes('import-x/no-restricted-paths'));
    });
  }
});
