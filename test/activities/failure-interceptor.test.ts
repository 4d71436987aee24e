import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pg from 'pg';
import { FailureInterceptor, type AttemptBooks } from '../../src/activities/failure-interceptor';
import { ResultFileBroken } from '../../src/db/mirror/load/result-file';
import type { FailedAttempt } from '../../src/db/runs/waits';
import { SessionEnded } from '../../src/db/sessions/chunks';
import { SessionNotFound } from '../../src/db/sessions/sessions';
import { NumberRangeExceeded } from '../../src/domain/runs/chunk-numbers';
import { ZOHO_FAILURES } from '../../src/domain/zoho-failures';
import { createLogger } from '../../src/logger';
import { FAILURES, pendingFailure } from '../../src/temporal/contract/failures';
import { type ErrorCategory, ZohoError } from '../../src/zoho/errors/errors';
import { activityEnvironment } from './support';

const CATEGORIES = Object.keys(ZOHO_FAILURES) as ErrorCategory[];

const logger = createLogger('test', 'silent');

/** Work of a session. */
const TARGET = { sessionId: '019b0000-0000-7000-8000-000000000001' };

/** Books that answer as if so many failures of the kind had come in so many milliseconds. */
function booksOf(failures: number, sinceMs = 0): AttemptBooks & { recorded: FailedAttempt[]; forgotten: boolean[] } {
  const recorded: FailedAttempt[] = [];
  const forgotten: boolean[] = [];
  return {
    recorded,
    forgotten,
    record: async (failed) => {
      recorded.push(failed);
      return { failures, sinceMs };
    },
    forget: async (_run, _activityId, isSettled) => void forgotten.push(isSettled),
  };
}

const environment = (attempt = 1, books: AttemptBooks = booksOf(1)) =>
  activityEnvironment(attempt, { interceptors: [() => ({ inbound: new FailureInterceptor(logger, books) })] });

/** Failure that Temporal receives from an activity that throws this. */
async function failureOf(error: unknown, attempt = 1): Promise<unknown> {
  return environment(attempt)
    .run(async (_target: object) => {
      throw error;
    }, TARGET)
    .then(
      () => assert.fail('nothing was thrown'),
      (failure: unknown) => failure,
    );
}

async function applicationFailure(error: unknown, attempt = 1): Promise<ApplicationFailure> {
  const failure = await failureOf(error, attempt);
  assert.ok(failure instanceof ApplicationFailure, String(failure));
  return failure;
}

const zohoError = (category: ErrorCategory, more: Partial<ConstructorParameters<typeof ZohoError>[0]> = {}) =>
  new ZohoError({ operation: 'list_records', module: 'Deals', category, code: 'CODE', reason: 'it failed', ...more });

function databaseError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('refused', 7, 'error'), { code });
}

describe('FailureInterceptor: failures of Zoho', () => {
  const retried: ErrorCategory[] = ['auth_expired', 'auth_throttled', 'rate_limited', 'locked', 'server', 'network'];

  for (const category of CATEGORIES) {
    const again = retried.includes(category);
    it(`tells Temporal ${again ? 'to try again' : 'not to try again'} after ${category}`, async () => {
      const failure = await applicationFailure(zohoError(category));

      assert.deepEqual([failure.type, failure.nonRetryable], [`zoho.${category}`, !again]);
    });
  }

  it('say what to do, and name code, operation and field', async () => {
    const error = zohoError('validation', { fieldName: 'Amount' });

    const failure = await applicationFailure(error);

    assert.equal(failure.message, `${error.message}. ${error.whatToDo}`);
    assert.deepEqual(failure.details, [
      { category: 'validation', code: 'CODE', operation: 'list_records', field: 'Amount' },
    ]);
  });

  it('pass on how long Zoho wants to be left alone', async () => {
    const failure = await applicationFailure(zohoError('server', { retryAfterMs: 7_000 }));

    assert.equal(failure.nextRetryDelay, 7_000);
  });

  it('double the pause where nobody named one, up to twenty seconds', async () => {
    const pauses: number[] = [];
    for (const attempt of [1, 3, 9]) {
      pauses.push(Number((await applicationFailure(zohoError('server'), attempt)).nextRetryDelay));
    }

    assert.deepEqual(pauses, [1_000, 4_000, 20_000]);
  });

  it('spread workers that were refused together, longer with every attempt, a minute at most', async () => {
    for (const [attempt, ceiling] of [
      [1, 2_000],
      [3, 8_000],
      [20, 60_000],
    ] as const) {
      const failure = await applicationFailure(zohoError('rate_limited'), attempt);

      const delay = Number(failure.nextRetryDelay);
      assert.ok(delay >= ceiling / 2 && delay <= ceiling, `${delay} ms in attempt ${attempt}`);
    }
  });

  it('count being refused for a while as normal', async () => {
    assert.equal((await applicationFailure(zohoError('rate_limited'))).category, 'BENIGN');
    assert.notEqual((await applicationFailure(zohoError('server'))).category, 'BENIGN');
  });
});

describe('FailureInterceptor: failures of PostgreSQL', () => {
  for (const [code, type, hopeless] of [
    ['40P01', 'database.deadlock', false],
    ['57P01', 'database.connection_lost', false],
    ['53300', 'database.too_many_connections', false],
    ['42P01', 'database.schema_mismatch', true],
    ['42501', 'database.permission_denied', true],
  ] as const) {
    it(`are ${type} for ${code}, ${hopeless ? 'not tried' : 'tried'} again`, async () => {
      const failure = await applicationFailure(databaseError(code));

      assert.deepEqual([failure.type, failure.nonRetryable], [type, hopeless]);
    });
  }

  it('are known when the server cannot be reached at all', async () => {
    const failure = await applicationFailure(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));

    assert.deepEqual([failure.type, failure.nonRetryable], ['database.connection_lost', false]);
  });
});

describe('FailureInterceptor: everything else', () => {
  it('ends the work of a session that has ended', async () => {
    const failure = await applicationFailure(new SessionEnded('over'));

    assert.deepEqual([failure.type, failure.nonRetryable], ['session.ended', true]);
  });

  it('ends what would leave its range of chunk numbers', async () => {
    const failure = await applicationFailure(new NumberRangeExceeded('too many'));

    assert.deepEqual([failure.type, failure.nonRetryable], ['chunks.range_exceeded', true]);
  });

  it('leaves what is a failure of Temporal already alone', async () => {
    const pending = pendingFailure(FAILURES.bulkRead.pending, 'not yet', 400);

    assert.equal(await failureOf(pending), pending);
  });

  it('ends the bookkeeping of a run whose row is gone', async () => {
    const failure = await applicationFailure(new SessionNotFound('019b0000-0000-7000-8000-000000000001'));

    assert.deepEqual([failure.type, failure.nonRetryable], ['session.ended', true]);
  });

  it('lets Temporal try again what nobody knows, without the words of the error', async () => {
    const failure = await applicationFailure(new TypeError('Unexpected "a secret" in JSON'));

    assert.deepEqual([failure.type, failure.nonRetryable], ['engine.unexpected', false]);
    assert.match(failure.message, /^TypeError/);
    assert.doesNotMatch(failure.message, /secret/);
  });

  it('returns what the activity returns', async () => {
    assert.equal(await environment().run(async () => 'result'), 'result');
  });

  it('reports any error of a cancelled attempt as the cancellation', async () => {
    const env = environment();
    const outcome = env.run(async () => {
      env.cancel();
      throw databaseError('57014');
    });

    await assert.rejects(outcome, CancelledFailure);
  });
});

describe('FailureInterceptor: the end of retries', () => {
  const MINUTE_MS = 60_000;

  async function limited(error: unknown, books: AttemptBooks, attempt = 2): Promise<ApplicationFailure> {
    const failure: unknown = await environment(attempt, books)
      .run(async (_target: object) => {
        throw error;
      }, TARGET)
      .catch((reason: unknown) => reason);
    assert.ok(failure instanceof ApplicationFailure, String(failure));
    return failure;
  }

  for (const [what, error, failures, minutes, isOver] of [
    ['an unknown error after a quarter of an hour', new TypeError('a bug'), 40, 16, true],
    ['an unknown error that an attempt of an hour met once before', new TypeError('a bug'), 2, 60, false],
    ['an unknown error before a quarter of an hour', new TypeError('a bug'), 40, 14, false],
    ['a broken file at the third failure', new ResultFileBroken('cut off'), 3, 0, true],
    [
      'an answer of another shape after a quarter of an hour',
      zohoError('server', { code: 'UNEXPECTED_ANSWER' }),
      40,
      16,
      true,
    ],
    [
      'a page in place of an answer after two hours',
      zohoError('network', { code: 'UNREADABLE_ANSWER' }),
      300,
      121,
      true,
    ],
    ['an outage of Zoho after a day', zohoError('server'), 4_000, 24 * 60, false],
    ['an outage of PostgreSQL after thirty hours', databaseError('57P01'), 5_000, 30 * 60, true],
    ['a code of PostgreSQL that nobody knows', databaseError('99999'), 40, 16, true],
  ] as const) {
    it(`${isOver ? 'comes' : 'does not come'} for ${what}`, async () => {
      const failure = await limited(error, booksOf(failures, minutes * MINUTE_MS));

      assert.equal(failure.nonRetryable, isOver);
      if (isOver) assert.match(failure.message, new RegExp(`Given up after ${failures} attempts`));
    });
  }

  it('says what a person can do', async () => {
    const failure = await limited(new TypeError('a bug'), booksOf(40, 16 * MINUTE_MS));

    assert.match(failure.message, /in 16 minutes\. Report this/);
  });

  it('does not come while the books cannot be read', async () => {
    const away: AttemptBooks = {
      record: () => Promise.reject(new Error('away')),
      forget: () => Promise.reject(new Error('away')),
    };

    assert.equal((await limited(new TypeError('a bug'), away, 500)).nonRetryable, false);
  });

  it('is prepared by the books, which get the next attempt and what a person can do', async () => {
    const books = booksOf(1);

    await limited(zohoError('server'), books, 4);

    const [{ run, failureType, attempt, whatToDo, isWait } = assert.fail('nothing was recorded')] = books.recorded;
    assert.deepEqual([run.kind, failureType, attempt, isWait], ['session', 'zoho.server', 4, false]);
    assert.match(whatToDo, /status\.zoho\.com/);
  });

  it('is forgotten when the activity succeeds', async () => {
    const books = booksOf(1);

    await environment(3, books).run(async (_target: object) => 'done', TARGET);

    assert.deepEqual(books.forgotten, [true]);
  });
});
