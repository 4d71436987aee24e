import assert from 'node:assert/strict';
import { countQuarantinedRows, countUnmirroredRows } from '../../../src/db/sessions/quarantine';
import { loadRecords, someMirror } from '../mirror/support';
import { someSession, useDatabase } from '../support';

describe('counting records in quarantine', () => {
  const database = useDatabase();

  it('counts those of the session that nobody has dealt with, a record once, and apart those the mirror lacks', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [{ id: '1', Deal_Name: 'the last good values' }]);
    const other = await someSession(database.knex);
    const entry = (sessionId: string, recordId: string | null, field: string, status = 'open') => ({
      connection_id: deals.mirror.connectionId,
      module_name: 'Deals',
      session_id: sessionId,
      chunk_number: 1,
      record_id: recordId,
      field,
      reason: 'test',
      status,
    });
    await database
      .knex('sync.quarantine')
      .insert([
        entry(deals.sessionId, '1', 'amount'),
        entry(deals.sessionId, '1', 'visits'),
        entry(deals.sessionId, '2', 'amount'),
        entry(deals.sessionId, '3', 'amount', 'resolved'),
        entry(other.id, '4', 'amount'),
      ]);

    const counts = [
      await countQuarantinedRows(database.knex, deals.sessionId),
      await countUnmirroredRows(database.knex, deals.mirror, deals.sessionId),
    ];

    assert.deepEqual(counts, [2, 1]);
  });
});
