import assert from 'node:assert/strict';
import { getSession } from '../../src/db/sessions/sessions';
import { poll } from '../support/poll';
import { keepBulkWrite, startKept } from '../support/start-operation';
import { useEngine } from '../support/use-engine';

describe('work of different length', function () {
  this.timeout(120_000);
  /** A place for each, and calls that last longer than the test waits. */
  const engine = useEngine({
    worker: { PULSE_SCAN_CONCURRENCY: '1', PULSE_API_CONCURRENCY: '1', ZOHO_TIMEOUT_MS: '90000' },
  });

  it('does not wait for modules that are read: a bulk write goes on beside them', async () => {
    const org = await engine().org({ contacts: 3, accounts: 450 });
    const slow = org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 80_000 });
    const sessionId = await org.startFullSync('Accounts', { path: 'list' });
    await org.until(sessionId, 'reads its first page', () => slow.struck > 0);
    const request = [{ operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'Beside' }] }];
    const id = await keepBulkWrite(engine().knex, org.connectionId, request);

    await startKept(org, 'bulk_write', id);

    const isDone = async () => {
      const [row] = await engine().query<{ status: string }>('select status from sync.bulk_operations where id = ?', [
        id,
      ]);
      return row?.status === 'completed';
    };
    await poll(isDone, { what: 'the bulk write is completed', timeoutMs: 55_000 });
    assert.equal((await getSession(engine().knex, sessionId)).status, 'in_progress');
    await org.cancel('Accounts');
  });
});
