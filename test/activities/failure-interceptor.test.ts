import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pg from 'pg';
import { FailureInterceptor } from '../../src/activities/failure-interceptor';
import { SessionEnded } from '../../src/db/sessions/chunks';
import { NumberRangeExceeded } from '../../src/domain/runs/chunk-numbers';
import { createLogger } from '../../src/logger';
import { FAILURES, pendingFailure } from '../../src/temporal/contract/failures';
import { ERROR_CATEGORIES, type ErrorCategory, ZohoError } from '../../src/zoho/errors/errors';
import { activityEnvironment } from './support';

const logger = createLogger('test', 'silent');

const environment = (attempt = 1) =>
  activityEnvironment(attempt, { interceptors: [() => ({ inbound: new FailureInterceptor(logger) })] });

/** Failure that Temporal receives from an activity that throws this. */
async function failureOf(error: unknown, attempt = 1): Promise<unknown> {
  return environment(attempt)
    .run(async () => {
      throw error;
    })
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

  for (const category of ERROR_CATEGORIES) {
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

  it('leave the delay to the retry policy if none is named', async () => {
    assert.equal((await applicationFailure(zohoError('server'))).nextRetryDelay ?? undefined, undefined);
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

  it('lets Temporal retry an unknown error', async () => {
    const unknown = new TypeError('a bug');

    assert.equal(await failureOf(unknown), unknown);
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
