import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { toFailure } from '../src/activities/to-failure';
import { WatermarkModel } from '../src/db/models/watermark';
import { toDatabaseError } from '../src/db/postgres/pg-errors';
import { createLogger } from '../src/logger';
import { someConnection, useDatabase } from './db/support';

/** Stands for the value of a record. */
const CANARY = 'CANARY-4711';

describe('the log', () => {
  const database = useDatabase();
  let lines: string[];
  const logger = createLogger('test', 'debug', { write: (line) => void lines.push(line) });
  beforeEach(() => (lines = []));

  /** Statements that fail over a value, each in its own way. */
  const failures: Record<string, (knex: Knex) => PromiseLike<unknown>> = {
    'a value that is no number': (knex) => knex.raw('select ?::int', [CANARY]),
    'a duplicate key': async (knex) => {
      const name = { name: CANARY, key_hash: Buffer.alloc(32), prefix: CANARY, role: 'viewer' };
      const row = (last: number) => ({ id: `01890000-0000-7000-8000-00000000000${last}`, ...name });
      await knex('sync.api_keys').insert([row(1), row(2)]);
    },
    'a check that fails, through a model': async (knex) => {
      const { id: connectionId } = await someConnection(knex);
      await WatermarkModel.query(knex).insert({ connectionId, moduleName: CANARY } as never);
    },
    'a statement that is wrong': (knex) => knex.raw(`select nothing from sync.connections where name = ?`, [CANARY]),
    'a statement that takes too long': (knex) =>
      knex.transaction(async (trx) => {
        await trx.raw('set local statement_timeout = 1');
        await trx.raw('select pg_sleep(5), ?::text', [CANARY]);
      }),
    'an error that a function raises': (knex) =>
      knex.raw(`do $$ begin raise exception '${CANARY}' using detail = '${CANARY}', hint = '${CANARY}'; end $$`),
    'a text that is no JSON': async () => JSON.parse(`{"Name":"${CANARY}`) as unknown,
  };

  for (const [failing, work] of Object.entries(failures)) {
    it(`keeps no value of ${failing}, however the error is wrapped, and neither does a history`, async () => {
      const error = await Promise.resolve(work(database.knex)).then(
        () => assert.fail('It should have failed.'),
        (reason: unknown) => reason as Error,
      );
      const wrapped = new Error(`Not stored: ${error.message}`, { cause: error });

      logger.error(error);
      logger.error({ err: error, deep: { in: [{ it: error }] } }, 'failed');
      logger.error({ error: wrapped, several: new AggregateError([error]), ours: toDatabaseError(error) });

      assert.equal(lines.length, 3);
      assert.ok(!lines.join('').includes(CANARY), lines.join(''));
      assert.match(lines[1]!, /"stack":".*at /);
      assert.ok(!JSON.stringify(toFailure(error)?.failure).includes(CANARY));
    });
  }

  it('says of a failure of the database what and where it was', async () => {
    const error: unknown = await WatermarkModel.query(database.knex)
      .insert({ moduleName: 'x' } as never)
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );

    logger.error({ err: toDatabaseError(error) });

    const { err } = JSON.parse(lines[0]!) as { err: Record<string, unknown> };
    assert.deepEqual(
      [err['type'], err['kind'], err['code'], err['table']],
      ['DatabaseError', 'not_null_violation', '23502', 'watermarks'],
    );
  });

  it('keeps the message of an error of ours, and its causes', () => {
    logger.error({ err: new Error('The disk is full.', { cause: new TypeError('inner') }) });

    const { err } = JSON.parse(lines[0]!) as { err: { message: string; causes: { message: string }[] } };
    assert.deepEqual([err.message, err.causes[0]?.message], ['The disk is full.', 'inner']);
  });

  it('keeps no secret, at whatever depth and in whatever spelling', () => {
    const secrets = {
      clientSecret: CANARY,
      client_secret: CANARY,
      'x-api-key': 1,
      Authorization: CANARY,
      password: CANARY,
    };
    logger.info({ ...secrets, request: { headers: [secrets], more: { body: { tokens: { refresh_token: CANARY } } } } });

    assert.ok(!lines.join('').includes(CANARY), lines.join(''));
  });
});
