import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { API_PREFIX } from '../../src/api/paths';
import { ROUTES } from '../../src/api/routes';
import { COMMANDS } from '../../src/cli/commands';
import { runPulse } from './support';

/** Recolors, moves, ends the line, sets the title, turns the order around. */
const HOSTILE = 'a\u001b[31mb\r\nFORGED\u009b2Jc\u202ed\u2066e\u2028f\u0007';
const SIGNS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const ANY_ID = '01890000-0000-7000-8000-000000000000';
const NUMERIC: ReadonlySet<unknown> = new Set(['integer', 'number']);
const ANY_TIME = '2026-03-01T10:00:00.000Z';

/** Texts that an answer may have; the first that its schema takes is used. */
const TEXTS = [HOSTILE, ANY_TIME, ANY_ID, 'https://accounts.zoho.com/', '1', 'crm', 'Deals', 'ab'.repeat(32), ''];

type Schema = Record<string, unknown> & {
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
};

/** An answer of this schema with the hostile text wherever it takes one, names of what it does not name included. */
function hostile(schema: Schema, root: Schema, name = ''): unknown {
  if (typeof schema['$ref'] === 'string') {
    const definitions = root['$defs'] as Record<string, Schema>;
    return hostile(definitions[schema['$ref'].replace('#/$defs/', '')] ?? {}, root, name);
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return hostile(options.find(({ type }) => type !== 'null') ?? {}, root, name);
  if ('const' in schema) return schema['const'];
  if (schema.enum) return schema.enum[0];
  const [type] = [schema['type']].flat();
  if (type === 'array') return itemsOf(schema).map((item) => hostile(item, root));
  if (type === 'boolean') return name !== 'hasMore' && name !== 'more_records';
  if (NUMERIC.has(type)) return 1;
  if (type === 'null') return null;
  return type === 'object' ? hostileObject(schema, root) : textFor(schema);
}

function itemsOf({ prefixItems, items }: Schema): Schema[] {
  return (prefixItems ?? [items ?? {}]) as Schema[];
}

function hostileObject({ properties = {}, ...schema }: Schema, root: Schema): object {
  const { additionalProperties: others, propertyNames = {} } = schema as { propertyNames?: Schema } & Schema;
  const isOpen = typeof others === 'object' && others !== null;
  const more = isOpen ? (propertyNames.enum ?? [hostile(propertyNames, root)]) : [];
  return Object.fromEntries([
    ...Object.entries(properties).flatMap(([name, part]) =>
      typeof part === 'object' ? [[name, hostile(part, root, name)] as const] : [],
    ),
    ...more.map((name) => [String(name), hostile(others as Schema, root)] as const),
  ]);
}

function textFor({ pattern, format, maxLength = Infinity }: Schema): string {
  const takes = (text: string): boolean =>
    (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)) &&
    (typeof format !== 'string' || text !== HOSTILE) &&
    text.length <= Number(maxLength);
  return TEXTS.find(takes) ?? assert.fail(`no text for ${String(pattern ?? format)}`);
}

function isAt(pathname: string, path: string): boolean {
  return new RegExp(`^${API_PREFIX}${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
}

/** Answers as the route that is asked for declares it. */
function answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://x');
  const route = ROUTES.find((each) => each.method === method.toLowerCase() && isAt(pathname, each.path));
  const [status, declared] = Object.entries(route?.answers ?? {}).find(([each]) => each < '300') ?? [];
  if (!declared) return void response.writeHead(404).end();
  const schema = z.toJSONSchema(declared.schema, { io: 'output' }) as Schema;
  const body = hostile(schema, schema);
  assert.ok(declared.schema.safeParse(body).success, `${route?.operationId}: ${JSON.stringify(body)}`);
  response.writeHead(Number(status), { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** More arguments of commands that need them to come to an end. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  connect: ['--connection', 'crm', '--grant-code', '1000.x'],
  'mass-update start': ['--ids', '1'],
  'records search': ['--word', 'x'],
};

function leavesOf(command: Command, above: readonly string[] = []): { words: readonly string[]; command: Command }[] {
  const words = [...above, command.name()];
  return command.commands.length === 0
    ? [{ words, command }]
    : command.commands.flatMap((child) => leavesOf(child, words));
}

const context = { out: () => undefined, err: () => undefined, note: () => undefined, json: false };
const LEAVES = COMMANDS.flatMap((create) => leavesOf(create(context as unknown as Parameters<typeof create>[0])));

describe('every command of pulse, of an API that puts the worst into every text', () => {
  let server: Server;
  let folder = '';
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pulse-hostile-'));
    writeFileSync(path.join(folder, 'list.json'), '[{"Name":"x","configName":"x"}]');
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  function argumentsOf(words: readonly string[], command: Command): string[] {
    const values: Record<string, string> = { module: 'Deals', file: path.join(folder, 'list.json'), name: 'crm' };
    const required = command.registeredArguments.map((argument) => values[argument.name()] ?? '1');
    const options = command.options.flatMap(({ mandatory, long, argChoices }) => {
      if (!mandatory || !long) return [];
      return [long, argChoices?.[0] ?? (long === '--values' ? '{"A":1}' : '1')];
    });
    return [...words, ...required, ...options, ...(MORE[words.join(' ')] ?? [])];
  }

  for (const { words, command } of LEAVES) {
    it(`prints harmless lines: ${words.join(' ')}`, async () => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const format of [[], ['--json']]) {
        const args = [...argumentsOf(words, command), ...format];

        const { code, out, err } = await runPulse(args, { PULSE_API_URL: address });

        assert.ok(code === 0 || code === 1, `${code} ${err}`);
        assert.ok(out.length > 1, args.join(' '));
        assert.ok(!SIGNS.test((out + err).replaceAll(/[\n\t]/g, '')), JSON.stringify(out + err));
        assert.ok(!/^FORGED/m.test(out + err), out + err);
      }
    });
  }
});
