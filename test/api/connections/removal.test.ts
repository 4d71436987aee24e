import assert from 'node:assert/strict';
import { removeConnections } from '../../../src/activities/maintenance/remove-connections';
import { dropGrant } from '../../../src/db/connections/connection-grants';
import { findConnection, getConnection } from '../../../src/db/connections/connections';
import { listRemovals, removePiece } from '../../../src/db/connections/remove-connection';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { createLogger } from '../../../src/logger';
import { pulse } from '../../cli/support';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';
import { assertProblem } from '../support/organization';

describe('the removal of a connection', () => {
  const api = useApi(() => NO_TEMPORAL);
  const logger = createLogger('test', 'silent');

  const remove = (name: string, confirm = name) =>
    api.call('DELETE', `/api/v1/connections/${name}?confirm=${confirm}`, { as: 'admin' });

  /** A connection that was synced, and has been disconnected. */
  async function someDisconnected(): Promise<ConnectionModel> {
    const { knex } = api;
    const connection = await someConnection(knex);
    const { id, mirrorSchema } = connection;
    await knex.transaction((trx) => dropGrant(trx, id, 'test'));
    await knex.raw(`create schema ${mirrorSchema}; create table ${mirrorSchema}.deals (id bigint primary key);
      insert into ${mirrorSchema}.deals select generate_series(1, 10)`);
    const { rows } = await knex.raw<{ rows: { id: number }[] }>(
      `insert into sync.mirrors (connection_id, key, api_name, table_name) values (?, 'Deals', 'Deals', 'deals') returning id`,
      [id],
    );
    const session = await someSession(knex, { connectionId: id });
    await knex('sync.crm_sync_sessions').where({ id: session.id }).update({ status: 'completed' });
    await knex.raw(
      `insert into sync.tombstones (connection_id, module_name, record_id, deleted_at, reason, session_id)
       select ?, 'Deals', generate_series(1, 25), now(), 'recycle', ?`,
      [id, session.id],
    );
    await knex.raw(
      `insert into sync.record_history (connection_id, mirror_id, record_id, event, direction, session_id)
       select ?, ?, generate_series(1, 25), 'changed', 'from_crm', ?`,
      [id, rows[0]?.id ?? 0, session.id],
    );
    return getConnection(knex, id);
  }

  /** Rows of a connection in all of the engine's tables, by table. */
  async function rowsOf({ id }: ConnectionModel): Promise<Record<string, number>> {
    const tables = await api.knex.raw<{ rows: { name: string }[] }>(
      `select table_name as name from information_schema.columns where table_schema = 'sync' and column_name = 'connection_id'`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables.rows) {
      const [row] = await api.knex(`sync.${name}`).where({ connection_id: id }).count();
      if (Number(row?.['count']) > 0) counts[name] = Number(row?.['count']);
    }
    return counts;
  }

  it('drops its tables and its schema, deletes its rows in batches, and leaves those of others', async () => {
    const [gone, other] = [await someDisconnected(), await someDisconnected()];
    const others = await rowsOf(other);

    assert.equal((await remove(gone.name)).status, 202);
    const removal = (await listRemovals(api.knex))[0] as ConnectionModel;
    let pieces = 1;
    while (await removePiece(api.knex, removal, 10)) pieces += 1;

    assert.ok(pieces > 8, `${pieces} pieces`);
    assert.deepEqual(await rowsOf(gone), {});
    assert.deepEqual(await rowsOf(other), others);
    assert.equal(await findConnection(api.knex, gone.name), undefined);
    const schemas = await api.knex('pg_namespace').whereIn('nspname', [gone.mirrorSchema, other.mirrorSchema]);
    assert.deepEqual(
      schemas.map(({ nspname }: { nspname: string }) => nspname),
      [other.mirrorSchema],
    );
  });

  it('leaves what others have put into its schema', async () => {
    const { name, mirrorSchema } = await someDisconnected();
    await api.knex.raw(`create table ${mirrorSchema}.of_somebody_else (id int)`);
    await remove(name);

    assert.deepEqual(await removeConnections({ knex: api.knex, logger }), { hasMore: false });

    assert.equal(await findConnection(api.knex, name), undefined);
    const { rows } = await api.knex.raw<{ rows: { name: string }[] }>(
      'select tablename as name from pg_tables where schemaname = ?',
      [mirrorSchema],
    );
    assert.deepEqual(rows, [{ name: 'of_somebody_else' }]);
  });

  it('wants the name once more, a disconnected organization, and no run that has not ended', async () => {
    const connected = await someConnection(api.knex);
    const atWork = await someDisconnected();
    await someSession(api.knex, { connectionId: atWork.id });
    const idle = await someDisconnected();

    assertProblem(await remove(connected.name), 'connection_in_use', /disconnect it first/);
    assertProblem(
      await remove(atWork.name),
      'connection_in_use',
      /^1 run of .* has not ended: cancel what is at work first/,
    );
    assertProblem(await remove(idle.name, 'other'), 'validation_failed', new RegExp(`Must be ${idle.name}`));
    assert.equal((await getConnection(api.knex, idle.id)).status, 'disabled');
  });

  it('lets nothing begin for it any more', async () => {
    const { name } = await someDisconnected();
    await remove(name);
    const client = { clientId: '1000.OTHER', clientSecret: 'secret' };

    const answers = [
      await api.call('POST', '/api/v1/syncs/full', { json: { connection: name, module: 'Deals' } }),
      await api.call('POST', `/api/v1/connections/${name}/authorization`, { as: 'admin', json: {} }),
      await api.call('POST', `/api/v1/connections/${name}/grant-code`, { as: 'admin', json: { code: 'x' } }),
      await api.call('PUT', `/api/v1/connections/${name}`, { as: 'admin', json: client }),
    ];

    for (const answer of answers) assertProblem(answer, 'connection_not_active', /remov/);
  });

  it('is begun and watched by pulse', async () => {
    const { name } = await someDisconnected();

    const begun = await pulse(api, ['connections', 'remove', name, '--confirm', name], api.keys.admin);
    await removeConnections({ knex: api.knex, logger });
    const shown = await pulse(api, ['connections', 'show', name], api.keys.admin);

    assert.equal(begun.code, 0, begun.err);
    assert.match(begun.out, /^status +removing$/m);
    assert.match(shown.err, new RegExp(`no connection ${name}`));
  });
});
