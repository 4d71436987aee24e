import assert from 'node:assert/strict';
import { z } from 'zod';
import { checkAnswer, UndeclaredAnswer } from '../../../src/api/http/answer';
import type { RouteDeps } from '../../../src/api/http/deps';
import { defineRoute } from '../../../src/api/http/route';
import { createLogger } from '../../../src/logger';

const route = defineRoute({
  method: 'get',
  path: '/counts',
  operationId: 'getCounts',
  tag: 'Sessions',
  summary: 'Counts',
  access: 'open',
  answers: { 200: { description: 'Counts.', schema: z.strictObject({ count: z.int() }) } },
  problems: [],
  handle: async () => ({ status: 200, body: { count: 1 } }),
});

describe('the check of answers', () => {
  const lines: string[] = [];
  const logger = createLogger('test', 'silent');
  const deps = (validateAnswers: RouteDeps['validateAnswers']) =>
    ({ validateAnswers, logger: { ...logger, error: (_: object, line: string) => lines.push(line) } }) as never;

  it('passes what the route declares', () => {
    checkAnswer(route, { status: 200, body: { count: 2 } }, deps('throw'));
    checkAnswer(route, { status: 200, body: Buffer.from('{"count":3}') }, deps('throw'));
  });

  it('fails for another form and for another status, without quoting a value', () => {
    const secret = { status: 200, body: { count: 'a value' } };

    assert.throws(
      () => checkAnswer(route, secret, deps('throw')),
      (error) =>
        error instanceof UndeclaredAnswer &&
        /count: invalid_type/.test(error.message) &&
        !/a value/.test(error.message),
    );
    assert.throws(() => checkAnswer(route, { status: 204, body: null }, deps('throw')), UndeclaredAnswer);
  });

  it('logs in production, and the caller gets the answer', () => {
    checkAnswer(route, { status: 200, body: {} }, deps('log'));
    checkAnswer(route, { status: 200, body: {} }, deps('off'));

    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /getCounts answered 200/);
  });
});
