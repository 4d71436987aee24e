import assert from 'node:assert/strict';
import pg from 'pg';
import { WatermarkModel } from '../../../src/db/models/watermark';
import { createDatabase } from '../../../src/db/postgres/knex';
import { type DatabaseError, kindOfCode, toDatabaseError } from '../../../src/db/postgres/pg-errors';
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

  it('say that the connection was lost when it is already gone at the rollback', async () => {
    const error = await failureOf(
      database.knex.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
        await database.knex.raw('select pg_terminate_backend(?, 5000)', [rows[0]?.pid ?? 0]);
        throw new Error('Something else went wrong meanwhile.');
      }),
    );

    assert.deepEqual([error.kind, error.retryable], ['connection_lost', true]);
  });

  it('leave errors of others alone', () => {
    assert.equal(toDatabaseError(new Error('something else')), undefined);
    assert.equal(toDatabaseError('text'), undefined);
  });
});

describe('kinds of failures of PostgreSQL', () => {
  /** All classes of PostgreSQL 16's appendix "Error Codes". */
  const CLASSES =
    '01 02 03 08 09 0A 0B 0F 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX';
  const SLIPS = new Set('01 02 03 09 0B 0F 0Z 20 24 25 27 2D 2F 3B'.split(' '));

  it('are known for every class but those of slips of the engine', () => {
    const unknown = CLASSES.split(' ').filter((name) => kindOfCode(`${name}000`) === 'unknown');

    assert.deepEqual(new Set(unknown), SLIPS);
  });

  const node = (code: string, message: string) => Object.assign(new Error(message), { code });
  const server = (code: string, message: string) =>
    Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
  for (const [what, error] of Object.entries({
    'a name that cannot be looked up now': node('EAI_AGAIN', 'getaddrinfo EAI_AGAIN db'),
    'a name that is unknown': node('ENOTFOUND', 'getaddrinfo ENOTFOUND db'),
    'a network that is unreachable': node('ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:5432'),
    'a socket that is not there': node('ENOENT', 'connect ENOENT /var/run/postgresql/.s.PGSQL.5432'),
    'a pooler without clients left': server('XX000', 'MaxClientsInSessionMode: max clients reached'),
    'a standby': server('25006', 'cannot execute INSERT in a read-only transaction'),
    'a server that starts': server('57P03', 'the database system is starting up'),
  })) {
    it(`may pass for ${what}`, () => {
      assert.equal(toDatabaseError(error)?.retryable, true);
    });
  }

  it('are not taken from a file that is not there', () => {
    assert.equal(toDatabaseError(node('ENOENT', "ENOENT: no such file or directory, open '/tmp/x'")), undefined);
  });

  it('name what a statement cannot change', () => {
    const refused = Object.assign(server('0A000', 'cannot alter type of a column used by a view or rule'), {
      detail: 'rule _RETURN on view crm.report depends on column "field_2"',
    });

    assert.match(toDatabaseError(refused)?.objects ?? '', /crm\.report depends on column "field_2"/);
  });
});
