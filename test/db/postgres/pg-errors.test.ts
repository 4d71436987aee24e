import assert from 'node:assert/strict';
import { CrmUserModel } from '../../../src/db/models/crm-user';
import { createDatabase } from '../../../src/db/postgres/knex';
import { toDatabaseError, type DatabaseError } from '../../../src/db/postgres/pg-errors';
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

  it('name the constraint of a duplicate, whether Knex or Objection met it', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    await CrmUserModel.query(database.knex).insert({ connectionId, id: '1' });

    const byModel = await failureOf(CrmUserModel.query(database.knex).insert({ connectionId, id: '1' }));
    const byKnex = await failureOf(
      database.knex('crm_users').withSchema('sync').insert({ connection_id: connectionId, id: '1' }),
    );

    for (const { kind, constraint, retryable } of [byModel, byKnex]) {
      assert.deepEqual(
        { kind, constraint, retryable },
        {
          kind: 'unique_violation',
          constraint: 'crm_users_pkey',
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
