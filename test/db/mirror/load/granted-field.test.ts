import assert from 'node:assert/strict';
import { prepareMirrorTable } from '../../../../src/db/mirror/mirror-table';
import { mapFields } from '../../../../src/domain/mirror/mirror-field';
import { useDatabase } from '../../support';
import { AMOUNT, loadRecords, metadata, MODIFIED, NAME, rowsOf, someMirror } from '../support';

describe('a field that the mirror did not have before', () => {
  const database = useDatabase();

  it('is filled by the next full sync, also of records that were not modified since', async () => {
    const deals = await someMirror(database.knex, [NAME, MODIFIED]);
    const record = { id: '1', Deal_Name: 'A', Amount: 5, Modified_Time: '2026-11-16T09:00:00Z' };
    await loadRecords(deals, [record]);
    const fields = mapFields(metadata([NAME, MODIFIED, AMOUNT]));
    // What `mirrorOf` makes of a column that no full sync has filled yet.
    const mirror = {
      ...deals.mirror,
      fields: fields.map((field) => ({ ...field, changesWithoutModifiedTime: field.apiName === 'Amount' })),
    };
    await prepareMirrorTable(database.knex, mirror);

    await loadRecords({ ...deals, mirror }, [record]);

    assert.equal((await rowsOf({ ...deals, mirror }))[0]?.['amount'], '5');
  });
});
