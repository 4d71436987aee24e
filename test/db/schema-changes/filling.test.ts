import assert from 'node:assert/strict';
import { loadFields, markFilled } from '../../../src/db/mirror/module-fields';
import { listModulesToFill, noteFillAsked } from '../../../src/db/schema-changes/columns-to-fill';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { AMOUNT, loadRecords, NAME, type MirrorUnderTest } from '../mirror/support';
import { useDatabase } from '../support';
import { changing } from './support';

describe('a column that is new', () => {
  const database = useDatabase();
  const { sync, filled } = changing(database);

  const toFill = async ({ mirror }: MirrorUnderTest, dataTypes = ['text', 'currency']) => {
    const modules = await listModulesToFill(database.knex, dataTypes, 100);
    return modules.filter(({ connectionId }) => connectionId === mirror.connectionId);
  };
  async function endSession({ sessionId }: MirrorUnderTest): Promise<void> {
    await database.knex('sync.crm_sync_sessions').where({ id: sessionId }).update({ status: 'completed' });
  }
  async function promised({ mirror, sessionId }: MirrorUnderTest): Promise<void> {
    const { connectionId, key: moduleName } = mirror;
    await advanceWatermark(database.knex, { connectionId, moduleName, completeUntil: new Date(), sessionId });
  }

  it('is not filled by a session that has read rows before it came', async () => {
    const deals = await filled([NAME]);
    await loadRecords(deals, [{ id: '1', Deal_Name: 'A' }]);
    await sync(deals, [NAME, AMOUNT]);
    const { connectionId, key } = deals.mirror;
    const fields = await loadFields(database.knex, connectionId, key);

    await markFilled(database.knex, connectionId, key, fields, deals.sessionId);

    assert.deepEqual(
      (await loadFields(database.knex, connectionId, key)).map((field) => [field.apiName, field.filled]),
      [
        ['Deal_Name', true],
        ['Amount', false],
      ],
    );
  });

  it('is to be filled by itself once the module was synced and is not read whole', async () => {
    const deals = await filled([NAME]);
    await sync(deals, [NAME, AMOUNT]);
    assert.deepEqual(await toFill(deals), [], 'It was never synced.');
    await promised(deals);
    assert.deepEqual(await toFill(deals), [], 'A full sync reads it.');
    await endSession(deals);

    const [module] = await toFill(deals);
    assert.deepEqual([module?.module, module?.fields], ['Deals', ['Amount']]);
    assert.deepEqual(await toFill(deals, ['text']), []);
  });

  it('is asked for once, and again when it was made anew', async () => {
    const deals = await filled([NAME]);
    await sync(deals, [NAME, AMOUNT]);
    await promised(deals);
    await endSession(deals);
    const [module] = await toFill(deals);
    assert.ok(module);

    await noteFillAsked(database.knex, module);
    assert.deepEqual(await toFill(deals), []);
    await sync(deals, [NAME]);
    await sync(deals, [NAME, AMOUNT]);

    assert.equal((await toFill(deals)).length, 1);
  });
});
