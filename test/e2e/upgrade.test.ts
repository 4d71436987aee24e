import assert from 'node:assert/strict';
import path from 'node:path';
import { pendingMigrations, migrateToLatest } from '../../src/db/postgres/migrate';
import { getSession } from '../../src/db/sessions/sessions';
import type { Engine } from '../support/engine';
import { exportedRecords } from '../support/exported-records';
import { leaveUnderWay, readRecordedSteps, restoreDatabase, type RunToLeave } from '../support/former-version';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

/** Of the dump: its only connection, and what its clock said when it had been read. */
const CONNECTION = 'org1';
const READ_AT = '2026-11-27T11:21:28Z';
const WATERMARK = '2026-11-27T11:21:29.000Z';
const FULL_SYNC = '019ab000-0000-7000-8000-0000000000f5';
const FULL_SYNC_WORKFLOW = `sync:${CONNECTION}:Contacts`;

describe('an upgrade from 0.2.0 while it is at work', function () {
  this.timeout(90_000);
  let org: Org;
  let operations: { bulkWrite: string; massUpdate: string };
  const engine = useEngine({ prepare });

  /** Leaves what 0.2.0 does when its worker is stopped: its database, and runs under way in Temporal. */
  async function prepare(upgraded: Engine): Promise<void> {
    await restoreDatabase(upgraded.databaseUrl, path.join(__dirname, '../fixtures/database-0.2.0.sql'));
    operations = await leaveOperations(upgraded);
    await leaveFullSync(upgraded);
    await migrateToLatest(upgraded.knex);
    org = await upgraded.org({ adopts: CONNECTION, contacts: 6 });
    org.zoho.moveClock({ freeze: true, set: READ_AT });
    org.zoho.changeRecords('Contacts', {
      update: { count: 1, values: { Last_Name: 'Changed' } },
      delete: { count: 1 },
      insert: { count: 1 },
    });
    org.zoho.moveClock({ reset: true });
  }

  it('ends the sync under way, and says how it goes on', async () => {
    const session = await getSession(engine().knex, FULL_SYNC);
    const { status } = await engine().temporal.client.workflow.getHandle(FULL_SYNC_WORKFLOW).describe();

    assert.deepEqual([session.status, status.name], ['cancelled', 'TERMINATED']);
    assert.match(session.pauseReason ?? session.errorMessage ?? '', /Start the sync again/);
    assert.deepEqual(await pendingMigrations(engine().knex), []);
  });

  it('finishes the bulk write and the mass update under way', async () => {
    const outcomes = await Promise.all(
      [`bulk-write:${operations.bulkWrite}`, `mass-update:${operations.massUpdate}`].map(async (workflowId) => {
        const result: unknown = await engine().temporal.client.workflow.getHandle(workflowId).result();
        return (result as { status: string }).status;
      }),
    );

    const records: Record<string, unknown>[] = [];
    for await (const record of exportedRecords(org.simulator, 'Contacts')) records.push(record);
    const names = records.map((record) => record['Last_Name']);
    assert.deepEqual(outcomes, ['completed', 'completed']);
    assert.deepEqual([names.includes('One'), names.includes('Two')], [true, true]);
    assert.equal(records.filter((record) => record['Department'] === 'Sales').length, 2);
  });

  it('goes on from the watermark, and reads nothing anew', async () => {
    org.zoho.changeRecords('Contacts', { insert: { count: 1 } });

    const session = await org.incrementalSync('Contacts');

    assert.equal(session.fromTimestamp?.toISOString(), WATERMARK);
    assert.deepEqual(await org.differences('Contacts'), []);
  });
});

/** Operations as 0.2.0 had planned them, before it wrote anything to Zoho. */
async function leaveOperations(engine: Engine): Promise<{ bulkWrite: string; massUpdate: string }> {
  const kept = await engine.query<{ id: string; kind: string; connectionId: string }>(
    `update sync.bulk_operations set status = 'in_progress', phase = 'writing', state_version = 2
     returning id, kind, connection_id as "connectionId"`,
  );
  const idOf = (kind: string): string => kept.find((operation) => operation.kind === kind)?.id ?? '';
  const bulkWrite = idOf('bulk_write');
  const massUpdate = idOf('mass_update');
  const connectionId = kept[0]?.connectionId ?? '';
  await engine.query(
    `with numbered as (update sync.bulk_operation_items set file_number = 1, row_number = position
       where operation_id = ? returning operation_id)
     insert into sync.bulk_jobs (connection_id, session_id, kind, page, state, details)
     select ?, operation_id, 'write', 1, 'PLANNED', ?::jsonb from numbered limit 1 returning id`,
    [bulkWrite, connectionId, JSON.stringify(PLANNED_FILE)],
  );
  await engine.query(
    `update sync.bulk_operation_items item set record_id = contact.id
     from (select id, row_number() over (order by id) as position from crm_org1.contacts) contact
     where operation_id = ? and contact.position = item.position returning 1 as one`,
    [massUpdate],
  );
  const input = { connectionId, connection: CONNECTION, modules: ['Contacts'], notifiesCaller: false };
  const left = (history: string, workflowId: string, operationId: string, upTo: string): RunToLeave => ({
    recorded: readRecordedSteps(history),
    workflowId,
    input: { operationId, ...input },
    memo: { sessionId: operationId },
    upTo,
  });
  await leaveUnderWay(engine.temporal, engine.temporalAddress, [
    left('bulk-write-told-and-paused', `bulk-write:${bulkWrite}`, bulkWrite, 'uploadBulkWriteFile'),
    left('mass-update-by-ids', `mass-update:${massUpdate}`, massUpdate, 'updateByIds'),
  ]);
  return { bulkWrite, massUpdate };
}

/** A full sync that has a session and a workflow, and nobody at work on it. */
async function leaveFullSync(engine: Engine): Promise<void> {
  await engine.query(
    `insert into sync.crm_sync_sessions (id, connection_id, session_type, status, module_name, initiated_by, workflow_id)
     select ?, id, 'full_sync', 'in_progress', 'Contacts', 'tester', ? from sync.connections where name = ? returning id`,
    [FULL_SYNC, FULL_SYNC_WORKFLOW, CONNECTION],
  );
  await engine.temporal.client.workflow.start('fullSync', {
    workflowId: FULL_SYNC_WORKFLOW,
    taskQueue: 'pulse-core',
    memo: { sessionId: FULL_SYNC },
  });
}

/** The details of a file as 0.2.0 planned it. */
const PLANNED_FILE = {
  module: 'Contacts',
  action: 'insert',
  findBy: null,
  rows: 2,
  ignoreEmpty: true,
  columns: [{ field: 'Last_Name', kind: 'text' }],
};
