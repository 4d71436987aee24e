import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { house } from './lint/rules/index.mjs';

/** The direction of the arrows: what each part may not import. */
const arrows = [
  { target: './src/domain', from: './src', except: ['./domain'], message: 'domain/ is pure: it imports nothing else.' },
  {
    target: './src/zoho',
    from: './src',
    except: ['./zoho', './domain'],
    message: 'zoho/ knows HTTP and domain/ only.',
  },
  { target: './src/db', from: './src', except: ['./db', './domain'], message: 'db/ knows SQL and domain/ only.' },
  {
    target: './src/connection',
    from: './src',
    except: ['./connection', './db', './zoho', './domain', './logger.ts'],
    message: 'connection/ joins zoho/ and db/: the one way to call an organization. It knows no Temporal.',
  },
  {
    target: './src/temporal/contract',
    from: './src',
    except: ['./temporal/contract', './domain'],
    message: 'temporal/contract/ is what workflows, activities and callers agree on: it knows domain/ only.',
  },
  {
    target: './src/temporal',
    from: './src',
    except: ['./temporal', './domain'],
    message: 'temporal/ is below activities/ and workflows/: it knows them by the contract.',
  },
  {
    target: './src/activities',
    from: './src',
    except: ['./activities', './connection', './db', './zoho', './domain', './temporal', './logger.ts', './config.ts'],
    message: 'activities/ join connection/, zoho/ and db/; they never import workflows, api or the processes on top.',
  },
  {
    target: './src/workflows',
    from: './src',
    except: [
      './workflows',
      './domain',
      './activities',
      './temporal/contract',
      './temporal/task-queues.ts',
      './temporal/search-attributes.ts',
    ],
    message: 'workflows/ import the contract, activity types and domain/ only.',
  },
  {
    target: './src/api',
    from: './src',
    except: ['./api', './connection', './db', './zoho', './domain', './temporal', './logger.ts', './config.ts'],
    message: 'api/ starts and signals work by temporal/; it runs no activity or workflow.',
  },
  {
    target: './src/cli',
    from: './src',
    except: [
      './cli',
      './domain',
      './api/paths.ts',
      './api/http/problem.ts',
      './api/access/schemas.ts',
      './api/approvals/schemas.ts',
      './api/schema-changes/schemas.ts',
      './api/bulk-operations/schemas.ts',
      './api/configurations/schemas.ts',
      './api/connections/schemas.ts',
      './api/mirror/schemas.ts',
      './api/modules/schemas.ts',
      './api/plans/schemas.ts',
      './api/comparisons/schemas.ts',
      './api/quarantine/schemas.ts',
      './api/records/schemas.ts',
      './api/schedules/schemas.ts',
      './api/sessions/schemas.ts',
      './api/system/schemas.ts',
      './api/webhooks/schemas.ts',
    ],
    message: 'cli/ is a client of the control API: it knows its paths, schemas and problems only.',
  },
  { target: './src/{config,logger}.ts', from: './src', message: 'Configuration and logger are below all floors.' },
  {
    target: './src',
    from: './{simulator,dev,scripts,bench,test}/**/*',
    message: 'The product depends on itself alone.',
  },
  {
    target: './simulator',
    from: './{src,dev,scripts,bench,test}/**/*',
    message: 'The simulator shares no code with the engine it checks.',
  },
  {
    target: './dev',
    from: './{scripts,bench,test}/**/*',
    message: 'dev/ is what scripts, benchmarks and tests stand on.',
  },
  { target: './scripts', from: './{bench,test}/**/*', message: 'Scripts start what is in dev/ and src/.' },
  { target: './bench', from: './{scripts,test}/**/*', message: 'Benchmarks measure src/; dev/ and simulator/ help.' },
  { target: './test', from: './scripts', message: 'Tests start scripts as a person does.' },
];

/** Spelling of names. Keys that Zoho, PostgreSQL and JSON have chosen are theirs. */
const names = [
  { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: ['import', 'objectLiteralProperty', 'objectLiteralMethod', 'typeProperty'], format: null },
  { selector: 'variable', format: ['camelCase', 'UPPER_CASE'], leadingUnderscore: 'allow' },
  // A schema is named like the type that it describes.
  { selector: 'variable', modifiers: ['global'], format: ['camelCase', 'UPPER_CASE', 'PascalCase'] },
  { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
  { selector: 'parameter', modifiers: ['unused'], format: null },
  { selector: 'classProperty', modifiers: ['static'], format: ['camelCase', 'UPPER_CASE'] },
  { selector: 'typeLike', format: ['PascalCase'] },
];

const size = {
  // All lines count, blank ones and comments too: it is the length that a reader scrolls through.
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', 60],
  // A `switch` counts once: its cases are one decision.
  complexity: ['error', { max: 15, variant: 'modified' }],
};

const order = {
  'import-x/order': [
    'error',
    {
      groups: ['builtin', 'external', 'parent', 'sibling', 'index'],
      'newlines-between': 'never',
      alphabetize: { order: 'asc' },
    },
  ],
  'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
};

const voice = { 'house/vocabulary': 'error', 'house/doc-voice': 'error' };

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.pulse/', 'test/histories/'] },
  js.configs.recommended,
  // A rule is set aside here, for all to see, or not at all.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    ignores: ['assembly/**'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX, house },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver(), createNodeResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: arrows }],
      ...order,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/naming-convention': ['error', ...names],
      ...size,
      ...voice,
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(PropertyDefinition, AccessorProperty, TSAbstractPropertyDefinition, TSAbstractMethodDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
          message: 'Privates are #private.',
        },
        { selector: 'TSParameterProperty', message: 'Declare the field, and assign it in the constructor.' },
      ],
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'mocha', name: ['it', 'describe'] }] },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-deprecated': 'warn',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  // AssemblyScript is read as TypeScript; its types are its own compiler's, so rules that need types are left out.
  {
    files: ['assembly/**/*.ts'],
    extends: [...tseslint.configs.recommended],
    plugins: { 'import-x': importX, house },
    rules: { ...order, '@typescript-eslint/naming-convention': ['error', ...names], ...size, ...voice },
  },
  {
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        'globalThis',
        'process',
        'Buffer',
        'fetch',
        'setInterval',
        'WeakRef',
        'FinalizationRegistry',
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'knex', 'objection', 'pg', 'express', 'zod', 'undici'],
              message: 'Workflows are pure.',
            },
            {
              group: ['@temporalio/client', '@temporalio/worker', '@temporalio/testing'],
              message: 'Not in the sandbox.',
            },
            {
              group: ['**/activities/*', '**/activities'],
              allowTypeImports: true,
              message: 'Import activity types only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'knex', 'objection', 'pg', 'express', 'undici', '@temporalio/*'],
              message: 'domain/ is pure.',
            },
          ],
        },
      ],
    },
  },
  // Every call to an organization goes through connection/call.ts, which keeps the ledger.
  {
    files: ['src/{activities,api,bin,runtime}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/zoho/http/transport'],
              allowTypeImports: true,
              message: 'Call organizations by connection/call.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'house/max-lines-per-function': ['error', 60] },
  },
  // Migrations are never edited, and a list of columns is as long as it is.
  {
    files: ['src/db/migrations/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'house/vocabulary': 'off', 'house/doc-voice': 'off' },
  },
  // Declarations of a foreign SDK.
  { files: ['**/*.d.ts'], rules: { '@typescript-eslint/naming-convention': 'off' } },
  // Results of activities keep the names that recorded histories contain.
  {
    files: ['{src,test}/{activities,workflows}/pull/**/*.ts', 'test/db/migrations/*.ts'],
    rules: { 'house/vocabulary': ['error', { allow: ['buried', 'crowded', 'heldBack'] }] },
  },
  // The last line of every benchmark calls what it measured so.
  {
    files: ['{bench,test/bench}/**/*.ts'],
    rules: { 'house/vocabulary': ['error', { allow: ['figures'] }] },
  },
  {
    files: ['**/*.cjs', '**/*.mjs'],
    plugins: { house },
    rules: { ...size, ...voice },
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  // The table of the words that are refused.
  { files: ['lint/rules/words.mjs'], rules: { 'house/vocabulary': 'off' } },
  prettier,
);
