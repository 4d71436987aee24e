import assert from 'node:assert/strict';
import { saveUsers, type CrmUser } from '../../../src/db/connections/crm-users';
import { someConnection, useDatabase } from '../support';

const PAT: CrmUser = { id: '7', fullName: 'Patricia Boyle', email: 'pat@example.com', status: 'active' };
const LEE: CrmUser = { id: '8', fullName: null, email: null, status: null };

describe('the users of an organization', () => {
  const database = useDatabase();

  async function usersOf(connectionId: string): Promise<CrmUser[]> {
    const { rows } = await database.knex.raw<{ rows: CrmUser[] }>(
      `select id, full_name as "fullName", email, status from sync.crm_users where connection_id = ? order by id`,
      [connectionId],
    );
    return rows;
  }

  it('are stored as Zoho lists them', async () => {
    const { id } = await someConnection(database.knex);

    await saveUsers(database.knex, id, [LEE, PAT]);

    assert.deepEqual(await usersOf(id), [PAT, LEE]);
  });

  it('follow changes, and stay when Zoho no longer lists them', async () => {
    const { id } = await someConnection(database.knex);
    await saveUsers(database.knex, id, [PAT, LEE]);

    await saveUsers(database.knex, id, [{ ...PAT, fullName: 'Patricia Smith' }]);

    assert.deepEqual(await usersOf(id), [{ ...PAT, fullName: 'Patricia Smith' }, LEE]);
  });

  it('are not written again while nothing changes', async () => {
    const { id } = await someConnection(database.knex);
    const places = () =>
      database.knex('sync.crm_users').select(database.knex.raw('ctid::text')).where({ connection_id: id });
    await saveUsers(database.knex, id, [PAT, LEE]);
    const before = await places();

    await saveUsers(database.knex, id, [PAT, LEE]);

    assert.deepEqual(await places(), before);
  });

  it('belong to one organization', async () => {
    const [first, second] = [await someConnection(database.knex), await someConnection(database.knex)];
    await saveUsers(database.knex, first.id, [PAT]);

    await saveUsers(database.knex, second.id, [{ ...PAT, fullName: 'Somebody Else' }]);
    await saveUsers(database.knex, second.id, []);

    assert.deepEqual(await usersOf(first.id), [PAT]);
  });
});
