import { approvalWorkflowId, ingestionWorkflowId, refreshWorkflowId, syncWorkflowId } from '../../src/temporal/ids';
import { startComparison } from '../../src/temporal/runs/due-comparison';
import { decide } from '../support/approvals';
import type { Engine } from '../support/engine';
import { addField, fillNewColumns } from '../support/new-fields';
import { notify } from '../support/notify';

/** Scenarios of syncs of single records. Each brings one to its end and names its workflow. */
export const RECORD_SCENARIOS: Readonly<Record<string, (engine: Engine) => Promise<string>>> = {
  'chosen-records': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    const rows = await engine.query<{ id: string }>(`select id from ${org.table('Contacts')} order by id limit 120`);
    org.zoho.changeRecords('Contacts', { delete: rows.slice(0, 3).map(({ id }) => id) });
    const sessionId = await org.startRefresh(
      'Contacts',
      rows.map(({ id }) => id),
    );
    await org.waitFor(sessionId, 'completed');
    return refreshWorkflowId(sessionId);
  },
  verified: async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts', { path: 'list' });
    const first = `select id from ${org.table('Contacts')} order by id limit 3`;
    await engine.query(`delete from ${org.table('Contacts')} where id in (${first}) returning id`);
    await startComparison(engine.temporal, {
      connectionId: org.connectionId,
      connection: org.name,
      key: 'Contacts',
      module: 'Contacts',
    });
    const workflowId = syncWorkflowId('verification', org.name, 'Contacts');
    await engine.temporal.client.workflow.getHandle(workflowId).result();
    return workflowId;
  },
  'removal-approved': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    org.zoho.changeRecords('Contacts', { delete: { count: 90 } });
    await org.incrementalSync('Contacts');
    return approvalWorkflowId((await decide(org, 'Contacts', 'approve')).id);
  },
  'column-filled': async (engine) => {
    const org = await engine.org({ contacts: 500 });
    await org.fullSync('Contacts', { path: 'list' });
    org.zoho.moveClock({ advance: 900_000 });
    await addField(org, 'Contacts', { field_label: 'Region', data_type: 'text', length: 50 });
    org.zoho.changeRecords('Contacts', { update: { count: 300, values: { Region: 'North' } }, silent: true });
    await org.incrementalSync('Contacts');
    return fillNewColumns(org, 'Contacts', ['Region']);
  },
  notified: async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    const { updated } = org.zoho.changeRecords('Contacts', { update: { count: 20, values: { Title: 'changed' } } });
    await notify(org, 'Contacts', { update: updated });
    const { inserted } = org.zoho.changeRecords('Contacts', { insert: { count: 2 } });
    await notify(org, 'Contacts', { insert: inserted });
    return ingestionWorkflowId(org.name, 'Contacts');
  },
};
