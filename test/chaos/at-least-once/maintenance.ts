import assert from 'node:assert/strict';
import { newContacts } from '../../support/bulk-write-requests';
import type { EngineApi } from '../../support/engine-api';
import { housekeep } from '../../support/housekeeping';
import { untilOperation } from '../../support/operations';
import type { Org } from '../../support/org';
import { connectAgain, someSchedule } from '../../support/reconnect';
import { operationEnds, startOperation } from './operations';
import type { Scenario } from './scenario';

/** A job of Zoho's that does not end by itself; an access token outlives it. */
const JOB_MS = 1_200_000;

/** A session whose workflow an operator terminates, and a bulk write that ended long ago. */
async function tidyUp(api: EngineApi): Promise<Org> {
  const { engine } = api;
  const org = await engine.org({ contacts: 300, bulkJobMs: JOB_MS });
  const operations = [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }];
  const written = await startOperation(api, '/bulk-writes', { connection: org.name, operations });
  await untilOperation(api, 'bulk-writes', written, 'waits for its job', () => org.calls('getBulkWrite') > 0);
  org.zoho.moveClock({ advance: JOB_MS });
  await operationEnds(api, 'bulk-writes', written, 'completed');
  const abandoned = await org.startFullSync('Contacts', { path: 'bulk' });
  await org.until(abandoned, 'waits for its job', () => org.calls('getBulkRead') > 0);

  await engine.temporal.client.workflow.getHandle(org.workflowId('Contacts')).terminate('by an operator');
  await engine.query(
    `update sync.bulk_operations set completed_at = now() - interval '99 days' where id = ? returning id`,
    [written],
  );
  await housekeep(engine, 'forgetOldValues');
  await housekeep(engine, 'closeAbandonedRuns');

  await org.waitFor(abandoned, 'failed');
  const kept = await engine.query(
    'select from sync.bulk_operation_items where operation_id = ? and record is not null',
    [written],
  );
  assert.equal(kept.length, 0);
  org.zoho.moveClock({ advance: JOB_MS });
  await org.fullSync('Contacts', { path: 'list' });
  return org;
}

/** An org that is no longer connected, and connected again. */
async function alignSchedules(api: EngineApi): Promise<Org> {
  const { engine } = api;
  const org = await engine.org({ contacts: 100 });
  const schedule = engine.temporal.client.schedule.getHandle(await someSchedule(org));
  const isPaused = async () => (await schedule.describe()).state.paused;
  org.zoho.revokeTokens();
  await org.waitFor(await org.startFullSync('Contacts'), 'failed');

  await housekeep(engine, 'alignSchedules');
  assert.equal(await isPaused(), true);
  await connectAgain(org);
  await housekeep(engine, 'alignSchedules');
  assert.equal(await isPaused(), false);
  await schedule.delete();
  // The round that is under way began before anything was disturbed.
  for (let round = 0; round < 2; round += 1) await housekeep(engine, 'renewChannels', org.connectionId);

  await org.fullSync('Contacts');
  await org.hoursLater('Contacts');
  await housekeep(engine, 'refreshMetadata', org.connectionId);
  return org;
}

export const MAINTENANCE: readonly Scenario[] = [
  { title: 'a run whose workflow is gone', meets: ['recordProgress'], play: tidyUp },
  {
    title: 'an org that is connected again',
    meets: ['runDueTasks', 'renewChannels', 'refreshMetadata'],
    play: alignSchedules,
  },
];
