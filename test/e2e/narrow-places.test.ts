import assert from 'node:assert/strict';
import { connectionsFor } from '../../src/runtime/places';
import { poll } from '../support/poll';
import { keepBulkWrite, startKept } from '../support/start-operation';
import { useEngine } from '../support/use-engine';

type OperationRow = { status: string; message: string };

describe('a worker with the fewest database connections that it may have', function () {
  this.timeout(150_000);
  const engine = useEngine({
    worker: {
      PULSE_API_CONCURRENCY: '4',
      PULSE_SCAN_CONCURRENCY: '2',
      PULSE_LOAD_CONCURRENCY: '1',
      PULSE_DATABASE_POOL: String(connectionsFor({ core: 8, calls: 4, scans: 2, loads: 1 })),
    },
  });
  const operation = async (id: string): Promise<OperationRow | undefined> =>
    (await engine().query<OperationRow>('select status, message from sync.bulk_operations where id = ?', [id]))[0];

  it('runs three syncs and two bulk writes at once', async () => {
    const org = await engine().org({ deals: 3_000, contacts: 2_000, accounts: 1_000 });
    const sessions = await Promise.all(['Deals', 'Contacts', 'Accounts'].map((module) => org.startFullSync(module)));
    const writes = await Promise.all(
      [0, 1].map(async (number) => {
        const records = Array.from({ length: 300 }, (_, row) => ({ Last_Name: `N${number}-${row}`, Company: 'C' }));
        const request = [{ operation: 'insert', module: 'Leads', records }];
        const id = await keepBulkWrite(engine().knex, org.connectionId, request);
        await startKept(org, 'bulk_write', id);
        return id;
      }),
    );

    for (const id of sessions) await org.waitFor(id, 'completed', 90_000);
    for (const id of writes) {
      const isDone = async () => (await operation(id))?.status === 'completed';
      await poll(isDone, { what: 'the bulk write is completed', timeoutMs: 60_000 });
    }

    assert.doesNotMatch(engine().worker.output, /acquiring a connection|pool is probably full/i);
  });

  it('can be told to cancel a bulk write whose file it never gets to Zoho, and says that nothing was sent', async () => {
    const org = await engine().org({ contacts: 3 });
    org.zoho.addFault({ kind: 'error', status: 500, operation: 'uploadFile' });
    const request = [{ operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'A' }] }];
    const id = await keepBulkWrite(engine().knex, org.connectionId, request);
    await startKept(org, 'bulk_write', id);
    await poll(async () => org.calls('uploadFile') > 1, { what: 'the upload was tried again' });

    await engine().temporal.client.workflow.getHandle(`bulk-write:${id}`).cancel();
    await poll(async () => (await operation(id))?.status === 'cancelled', { what: 'the bulk write is cancelled' });

    const items = await engine().query<{ status: string }>(
      'select status from sync.bulk_operation_items where operation_id = ?',
      [id],
    );
    assert.match((await operation(id))?.message ?? '', /1 record was not sent/);
    assert.deepEqual(
      items.map(({ status }) => status),
      ['cancelled'],
    );
  });
});
