import { getBulkOperation } from '../../src/db/bulk-operations/bulk-operations';
import { isFinal } from '../../src/domain/runs/enums';
import type { Engine } from '../support/engine';
import { exportedRecords } from '../support/exported-records';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import { keepBulkWrite, keepMassUpdate, startKept } from '../support/start-operation';

const HOUR_MS = 3_600_000;
const RECORDS = [{ Last_Name: 'One' }, { Last_Name: 'Two' }];

/** Scenarios of bulk operations. Each brings one to its end and names its workflow. */
export const OPERATION_SCENARIOS: Readonly<Record<string, (engine: Engine) => Promise<string>>> = {
  'bulk-write-completed': async (engine) => {
    const org = await engine.org({ contacts: 10 });
    const [{ id = '' } = {}] = await someContacts(org);
    return bulkWrite(org, [
      { operation: 'insert', module: 'Contacts', records: RECORDS },
      { operation: 'update', module: 'Contacts', records: [{ id, Last_Name: 'Changed' }] },
    ]);
  },
  'bulk-write-told-and-paused': async (engine) => {
    const org = await engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const workflowId = await bulkWrite(org, [{ operation: 'insert', module: 'Contacts', records: RECORDS }], false);
    await poll(async () => org.calls('getBulkWrite') > 0, { what: 'the job is asked for' });
    const handle = engine.temporal.client.workflow.getHandle(workflowId);
    await handle.signal('jobFinished', { file: 1 });
    await handle.signal('jobFinished', { file: 1 });
    await engine.commands.update({ workflowId }, 'pause', { by: 'tester' }, 'pause');
    org.zoho.moveClock({ advance: HOUR_MS });
    await engine.commands.update({ workflowId }, 'resume', { by: 'tester' }, 'resume');
    await handle.result();
    return workflowId;
  },
  'bulk-write-told-while-asking': async (engine) => {
    const org = await engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const asking = org.zoho.addFault({ kind: 'latency', operation: 'getBulkWrite', delayMs: 700 });
    const workflowId = await bulkWrite(org, [{ operation: 'insert', module: 'Contacts', records: RECORDS }], false);
    await poll(async () => asking.struck > 0, { what: 'the job is being asked for' });
    const handle = engine.temporal.client.workflow.getHandle(workflowId);
    await handle.signal('jobFinished', { file: 1 });
    await handle.signal('jobFinished');
    org.zoho.clearFaults();
    await poll(async () => org.calls('getBulkWrite') > 1, { what: 'the job is asked for again' });
    org.zoho.moveClock({ advance: HOUR_MS });
    await handle.result();
    return workflowId;
  },
  'bulk-write-cancelled': async (engine) => {
    const org = await engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
    const workflowId = await bulkWrite(org, [{ operation: 'insert', module: 'Contacts', records: RECORDS }], false);
    await poll(async () => org.calls('getBulkWrite') > 0, { what: 'the job is asked for' });
    await engine.commands.cancel({ workflowId });
    await ended(org, workflowId);
    return workflowId;
  },
  'mass-update-by-ids': async (engine) => {
    const org = await engine.org({ contacts: 10 });
    const ids = (await someContacts(org)).map(({ id }) => id);
    return massUpdate(org, { ids, values: { Department: 'Sales' } });
  },
  'mass-update-by-view-failed': async (engine) => {
    const org = await engine.org({ contacts: 10 });
    const [{ id = '' } = {}] = await someContacts(org);
    org.zoho.failMassUpdates(1);
    return massUpdate(org, { customView: `${id.slice(0, 10)}600000000`, values: { Department: 'Sales' } });
  },
};

async function bulkWrite(org: Org, operations: object[], toItsEnd = true): Promise<string> {
  const id = await keepBulkWrite(org.engine.knex, org.connectionId, operations);
  const workflowId = await startKept(org, 'bulk_write', id);
  if (toItsEnd) await ended(org, workflowId);
  return workflowId;
}

async function massUpdate(org: Org, request: { ids?: string[]; customView?: string; values: object }): Promise<string> {
  const id = await keepMassUpdate(org.engine.knex, org.connectionId, 'Contacts', request);
  const workflowId = await startKept(org, 'mass_update', id);
  await ended(org, workflowId);
  return workflowId;
}

async function ended({ engine }: Org, workflowId: string): Promise<void> {
  const id = workflowId.slice(workflowId.indexOf(':') + 1);
  await poll(async () => isFinal((await getBulkOperation(engine.knex, id)).status), {
    what: `${workflowId} has ended`,
  });
  await poll(async () => (await engine.commands.describe({ workflowId })).status !== 'RUNNING', {
    what: 'it has closed',
  });
}

async function someContacts(org: Org): Promise<{ id: string }[]> {
  const contacts: { id: string }[] = [];
  for await (const record of exportedRecords(org.simulator, 'Contacts')) contacts.push({ id: record['id'] as string });
  return contacts;
}
