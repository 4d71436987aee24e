import assert from 'node:assert/strict';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { keepBulkWrite, startKept } from '../support/start-operation';
import { useEngine } from '../support/use-engine';

/** A text that no code has, so that wherever it stands it was the value of a record. */
const CANARY = 'CANARY-4711';
/** Tables that hold values of records, on purpose and for a time that is configured. */
const HOLD_VALUES = ['quarantine', 'bulk_operation_items', 'bulk_operations', 'tombstones', 'record_sync_statuses'];

describe('values of records', function () {
  this.timeout(120_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ contacts: 20, accounts: 20 });
  });

  const bulkWrite = async (records: object[]): Promise<string> => {
    const request = [{ operation: 'insert', module: 'Contacts', records }];
    const id = await keepBulkWrite(engine().knex, org.connectionId, request);
    await startKept(org, 'bulk_write', id);
    return id;
  };

  const isEnded = async (id: string): Promise<boolean> => {
    const [row] = await engine().query<{ ended: boolean }>(
      `select status in ('completed', 'failed', 'cancelled') as ended from sync.bulk_operations where id = ?`,
      [id],
    );
    return row?.ended === true;
  };

  /** Tables of the engine that hold the text although they should not. */
  async function tablesWithCanary(): Promise<string[]> {
    const tables = await engine().query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of tables.filter(
      ({ name }) => !HOLD_VALUES.includes(name) && !name.startsWith('record_history'),
    )) {
      const rows = await engine().query(`select 1 from sync."${name}" t where t::text like ? limit 1`, [`%${CANARY}%`]);
      if (rows.length > 0) found.push(name);
    }
    const messages = await engine().query(
      `select 1 from sync.bulk_operations where concat(message, error_message) like ?`,
      [`%${CANARY}%`],
    );
    return messages.length > 0 ? [...found, 'bulk_operations (its message)'] : found;
  }

  /** Every text of a history, those inside of payloads among them. */
  async function historyOf(workflowId: string): Promise<string> {
    const { events } = await engine().temporal.client.workflow.getHandle(workflowId).fetchHistory();
    const text = textsIn(events).join('\n');
    assert.match(text, new RegExp(org.connectionId), 'payloads are read');
    return text;
  }

  it('are in no log, message, audit row or history of a sync that meets misfits, deletes and a failing Zoho', async () => {
    const inserted = org.zoho.changeRecords('Accounts', {
      insert: [
        { Account_Name: CANARY, Annual_Revenue: `${CANARY} a year` },
        { Account_Name: CANARY, Website: CANARY },
      ],
    }).inserted;
    org.zoho.addFault({ kind: 'error', operation: 'listRecords', status: 500, times: 3 });
    await org.fullSync('Accounts', { path: 'list' });
    await org.fullSync('Accounts', { path: 'bulk' });
    org.zoho.changeRecords('Accounts', { delete: inserted.slice(1) });
    await org.incrementalSync('Accounts');

    const misfits = await engine().query(`select 1 from sync.quarantine q where q::text like ?`, [`%${CANARY}%`]);
    assert.equal(misfits.length, 1);
    assert.deepEqual(await tablesWithCanary(), []);
    assert.doesNotMatch(await historyOf(org.workflowId('Accounts')), new RegExp(CANARY));
    assert.doesNotMatch(engine().worker.output, new RegExp(CANARY));
  });

  it('are in no log, message, audit row or history of bulk writes that are refused, or fail on the way', async () => {
    org.zoho.addFault({ kind: 'error', operation: 'uploadFile', status: 500, times: 2 });
    const ids = [
      await bulkWrite([{ Last_Name: CANARY, Lead_Source: `No ${CANARY}` }]),
      await bulkWrite([{ Last_Name: CANARY, Email: `${CANARY} at home` }]),
    ];
    await poll(async () => (await Promise.all(ids.map(isEnded))).every(Boolean), {
      what: 'both bulk writes have ended',
      timeoutMs: 60_000,
    });

    assert.deepEqual(await tablesWithCanary(), []);
    for (const id of ids) assert.doesNotMatch(await historyOf(`bulk-write:${id}`), new RegExp(CANARY));
    assert.doesNotMatch(engine().worker.output, new RegExp(CANARY));
  });
});

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}
