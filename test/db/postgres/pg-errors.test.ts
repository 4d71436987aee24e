import assert from 'node:assert/strict';
import { WatermarkModel } from '../../../src/db/models/watermark';
import { createDatabase } from '../../../src/db/postgres/knex';
import { type DatabaseError, toDatabaseError } from '../../../src/db/postgres/pg-errors';
import { someConnection, useDatabase } from '../support';

async function failureOf(work: PromiseLike<unknown>): Promise<DatabaseError> {
  const error: unknown = await Promise.resolve(work).then(
    () => assert.fail('It should have failed.'),
    (reason: unknown) => reason,
  );
  return toDatabaseError(error) ?? assert.fail(`not a database error: ${String(error)}`);
}

describe('database errors', () => {
  const database = useDatabase();

  it('name the constraint of a duplicate, whether SQL or Objection met it', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    const watermark = { connectionId, moduleName: 'Deals', completeUntil: new Date() };
    await WatermarkModel.query(database.knex).insert(watermark);

    const byModel = await failureOf(WatermarkModel.query(database.knex).insert(watermark));
    const bySql = await failureOf(
      database.knex.raw('insert into sync.watermarks select * from sync.watermarks where connection_id = ?', [
        connectionId,
      ]),
    );

    for (const { kind, constraint, retryable } of [byModel, bySql]) {
      assert.deepEqual(
        { kind, constraint, retryable },
        {
          kind: 'unique_violation',
          constraint: 'watermarks_pkey',
          retryable: false,
        },
      );
    }
  });

  it('tell a statement that took too long from one that is wrong', async () => {
    const late = await failureOf(
      database.knex.transaction(async (trx) => {
        await trx.raw('set local statement_timeout = 1');
        await trx.raw('select pg_sleep(5)');
      }),
    );
    const wrong = await failureOf(database.knex.raw('select * from sync.nothing'));

    assert.deepEqual([late.kind, late.retryable], ['statement_timeout', true]);
    assert.deepEqual([wrong.kind, wrong.retryable], ['schema_mismatch', false]);
  });

  it('say that the server cannot be reached', async () => {
    const nowhere = createDatabase('postgres://pulse:pulse@127.0.0.1:1/pulse');

    const error = await failureOf(nowhere.raw('select 1'));
    await nowhere.destroy();

    assert.deepEqual([error.kind, error.retryable], ['connection_lost', true]);
  });

  it('leave errors of others alone', () => {
    assert.equal(toDatabaseError(new Error('something else')), undefined);
    assert.equal(toDatabaseError('text'), undefined);
  });
});
