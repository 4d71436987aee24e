import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { isWebAddress } from '../../src/cli/input/open-browser';
import { printableLines, printableValue } from '../../src/cli/output/printable';
import { recordRunUpdate } from '../../src/db/runs/record-run-update';
import { sessionRun } from '../../src/domain/runs/run';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection, someSession } from '../db/support';
import { pulse, runPulse } from './support';

/** Recolors, moves, ends the line, sets the title, turns the order around. */
const HOSTILE = 'a\u001b[31mb\rc\nFORGED 2026  INFO  d\u009b2Je\u202ef\u2066g\u2028h\u0007';
const COMMANDS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const commandsOf = (text: string): boolean => COMMANDS.test(text.replaceAll(/[\n\t]/g, ''));
const hasForgedLine = (text: string): boolean => /^FORGED/m.test(text);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...HOSTILE, '\u200f', '\u061c', '\u007f', 'x') }),
);

describe('what pulse prints', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('cannot command the terminal, whatever is in it', () => {
    fc.assert(fc.property(anyText, (text) => !commandsOf(printableLines(text))));
  });

  it('keeps every value on one line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { list } = printableValue({ [text]: text, list: [text, { deep: text }] }) as { list: [string, object] };
        assert.ok(!/[\n\r\t]/.test(list[0]) && !commandsOf(JSON.stringify(list)));
      }),
    );
  });

  it('keeps its meaning as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), anyText, (value, text) => {
        const json = JSON.stringify({ value, text }, null, 2);
        assert.deepEqual(JSON.parse(printableLines(json)), JSON.parse(json));
      }),
    );
  });

  for (const format of [[], ['--json']]) {
    it(`is harmless in logs, lists and sessions ${format.join()}`, async () => {
      const { id: connectionId, name } = await someConnection(api.knex);
      const { id } = await someSession(api.knex, { connectionId, moduleName: `M${HOSTILE}` });
      const line = { level: 'INFO' as const, component: HOSTILE, message: HOSTILE, at: '2026-03-01T10:00:00.000Z' };
      await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: {}, logs: [line] });

      for (const args of [
        ['sessions', 'logs', id],
        ['sessions', 'show', id],
        ['sessions', 'list', '--connection', name],
      ]) {
        const { out, err } = await pulse(api, [...args, ...format]);

        assert.ok(out.includes('FORGED'), args.join(' '));
        assert.ok(!commandsOf(out + err) && !hasForgedLine(out + err), out);
      }
    });
  }

  describe('of an API that somebody else has put there', () => {
    let server: Server;
    let answer: { type: string; body: object };
    before(async () => {
      server = createServer((_request, response) => {
        response.writeHead(200, { 'content-type': answer.type }).end(JSON.stringify(answer.body));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(() => server.close());
    const run = (args: string[]) =>
      runPulse(args, { PULSE_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

    it('is harmless in problems', async () => {
      const texts = { type: HOSTILE, title: HOSTILE, detail: HOSTILE, instance: HOSTILE, requestId: HOSTILE };
      const body = { ...texts, status: 409, code: 'command_refused', category: 'conflict', retryable: false };
      answer = { type: 'application/problem+json', body };

      const { err } = await run(['sessions', 'list']);

      assert.ok(err.includes('FORGED') && !commandsOf(err) && !hasForgedLine(err), err);
    });

    it('is harmless in cells and headings of records', async () => {
      answer = { type: 'application/json', body: { data: [{ id: '1', [HOSTILE]: HOSTILE, Name: { name: HOSTILE } }] } };

      for (const format of [[], ['--json']]) {
        const { out, err } = await run(['records', 'get', 'Deals', '1', ...format]);

        assert.ok(out.includes('FORGED'), out + err);
        assert.ok(!commandsOf(out) && !hasForgedLine(out), out);
      }
    });
  });

  it('is harmless when it repeats what was typed', async () => {
    const { err } = await runPulse(['sessions', HOSTILE], { PULSE_API_URL: 'http://127.0.0.1:1' });

    assert.ok(!commandsOf(err), err);
  });
});

describe('a reason', () => {
  const api = useApi(() => NO_TEMPORAL);

  for (const [name, sign] of Object.entries({
    'an escape': '\u001b[2J',
    'a line break': '\n',
    C1: '\u009b',
    'a turn': '\u202e',
  })) {
    it(`is refused with ${name}`, async () => {
      const { id } = await someSession(api.knex);

      const { status } = await api.call('POST', `/api/v1/sessions/${id}/pause`, { json: { reason: `a${sign}b` } });

      assert.equal(status, 422);
    });
  }
});

describe('the address of a consent', () => {
  it('is opened only if it is one of the web', () => {
    const addresses = [
      'https://accounts.zoho.com/oauth',
      'http://127.0.0.1:1/x',
      'file:///etc/passwd',
      'smb://h/x',
      '-x',
      '',
    ];

    assert.deepEqual(addresses.map(isWebAddress), [true, true, false, false, false, false]);
  });
});
