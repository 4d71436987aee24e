import assert from 'node:assert/strict';
import { closeAlert, listOpenAlerts, openAlert } from '../../../src/db/health/alerts';
import { someConnection, useDatabase } from '../support';

describe('alerts', () => {
  const database = useDatabase();
  const some = async () => ({
    connectionId: (await someConnection(database.knex)).id,
    kind: 'connection.needs_reauth',
    severity: 'critical' as const,
    message: 'Connect again.',
  });

  it('are opened once, however often and from however many processes', async () => {
    const alert = await some();

    const opened = await Promise.all([1, 2, 3].map(() => openAlert(database.knex, alert)));

    assert.deepEqual(opened.sort(), [false, false, true]);
    assert.equal((await listOpenAlerts(database.knex, alert.connectionId, 5)).length, 1);
  });

  it('say the latest while they are open', async () => {
    const alert = await some();
    await openAlert(database.knex, alert);

    await openAlert(database.knex, { ...alert, message: 'Still.', details: { attempts: 3 } });

    const [open] = await listOpenAlerts(database.knex, alert.connectionId, 5);
    assert.deepEqual([open?.message, open?.details], ['Still.', { attempts: 3 }]);
  });

  it('are closed once, and can be opened anew', async () => {
    const alert = await some();
    await openAlert(database.knex, alert);

    const closed = [await closeAlert(database.knex, alert), await closeAlert(database.knex, alert)];
    const isNew = await openAlert(database.knex, alert);

    assert.deepEqual([closed, isNew], [[true, false], true]);
  });

  it('of a module stand beside those of the connection', async () => {
    const alert = await some();
    await openAlert(database.knex, alert);
    await openAlert(database.knex, { ...alert, module: 'Deals' });

    await closeAlert(database.knex, alert);

    const open = await listOpenAlerts(database.knex, alert.connectionId, 5);
    assert.deepEqual(
      open.map(({ moduleName }) => moduleName),
      ['Deals'],
    );
  });
});
