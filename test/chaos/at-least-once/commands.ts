import { newContacts } from '../../support/bulk-write-requests';
import type { EngineApi } from '../../support/engine-api';
import { untilOperation } from '../../support/operations';
import type { Org } from '../../support/org';
import { operationEnds, startOperation } from './operations';
import type { Scenario } from './scenario';

/** A job of Zoho's that does not end by itself; an access token outlives it. */
const JOB_MS = 1_200_000;

/** A session that is paused past the API and resumed, one that is cancelled, and a bulk write that is cancelled. */
async function obey(api: EngineApi): Promise<Org> {
  const org = await api.engine.org({ contacts: 300, bulkJobMs: JOB_MS });
  const waitingForJob = async (): Promise<string> => {
    const asked = org.calls('getBulkRead');
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'waits for its job', () => org.calls('getBulkRead') > asked);
    return sessionId;
  };

  const paused = await waitingForJob();
  await api.engine.temporal.client.workflow.getHandle(org.workflowId('Contacts')).signal('pause');
  await org.waitFor(paused, 'paused');
  org.zoho.moveClock({ advance: JOB_MS });
  await org.resume('Contacts');
  await org.waitFor(paused, 'completed');

  const cancelled = await waitingForJob();
  await org.cancel('Contacts');
  await org.waitFor(cancelled, 'cancelled');

  const operations = [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }];
  const written = await startOperation(api, '/bulk-writes', { connection: org.name, operations });
  await untilOperation(api, 'bulk-writes', written, 'waits for its job', () => org.calls('getBulkWrite') > 0);
  await api.call('POST', `/bulk-writes/${written}/cancel`);
  await operationEnds(api, 'bulk-writes', written, 'cancelled');

  org.zoho.moveClock({ advance: JOB_MS });
  await org.fullSync('Contacts', { path: 'list' });
  return org;
}

export const COMMANDS: readonly Scenario[] = [
  {
    title: 'work that is paused, resumed and cancelled',
    meets: ['recordProgress', 'auditMessage', 'recordBulkOperation', 'settleOperation'],
    play: obey,
  },
];
