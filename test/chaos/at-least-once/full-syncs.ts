import { createSession } from '../../../src/db/sessions/sessions';
import { syncWorkflowId } from '../../../src/temporal/ids';
import type { EngineApi } from '../../support/engine-api';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Changes of other people since the first sync, the deletes that no list shows included. */
function changeContacts(org: Org): void {
  // Set back: an older version that is read later contradicts the mirror, and the record is asked for by id.
  org.zoho.moveClock({ advance: -HOUR_MS });
  org.zoho.changeRecords('Contacts', { update: { count: 3, values: { Title: 'set back' } } });
  org.zoho.changeRecords('Contacts', { delete: { count: 4 } });
  // Within a second of the first sync, what the next one reads would be in doubt or not as the machine is quick or slow.
  org.zoho.moveClock({ advance: HOUR_MS + MINUTE_MS });
  org.zoho.changeRecords('Contacts', {
    insert: { count: 9 },
    update: { count: 12, values: { Title: 'changed' } },
    delete: { count: 6 },
  });
  org.zoho.changeRecords('Contacts', { delete: { count: 2 }, deletionType: 'permanent' });
}

async function syncByList({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  await org.fullSync('Contacts', { path: 'list' });
  changeContacts(org);
  await org.fullSync('Contacts', { path: 'list' });
  return org;
}

/** Bulk read learns of a field that it cannot export only when it is asked for it. */
async function syncByBulk({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  org.zoho.addModule({ apiName: 'Refusing', rows: 40, fields: 12, refusedByBulkRead: ['Field_2', 'Field_9'] });
  await org.fullSync('Refusing', { path: 'bulk' });
  await org.fullSync('Contacts', { path: 'bulk' });
  changeContacts(org);
  await org.fullSync('Refusing', { path: 'list' });
  await org.fullSync('Contacts', { path: 'bulk' });
  return org;
}

async function compareTimes({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  await org.fullSync('Contacts', { path: 'bulk' });
  changeContacts(org);
  await org.fullSync('Contacts', { path: 'bulk', compare: 'times' });
  return org;
}

async function lookWithoutRepair({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  await org.fullSync('Contacts', { path: 'list' });
  changeContacts(org);
  const { connectionId, name: connection } = org;
  const workflowId = syncWorkflowId('verification', connection, 'Contacts');
  const about = { connectionId, moduleName: 'Contacts', initiatedBy: 'tester', workflowId };
  const { id: sessionId } = await createSession(engine.knex, { ...about, sessionType: 'verification' });
  const options = { path: 'list', repair: false } as const;
  await engine.commands.startVerification(
    { sessionId, connectionId, connection, module: 'Contacts', options },
    'tester',
  );
  await org.waitFor(sessionId, 'completed');
  // The mirror is right in the end.
  await org.fullSync('Contacts', { path: 'list' });
  return org;
}

const EVERY_FULL_SYNC = [
  'recordProgress',
  'planFullSync',
  'indexMirror',
  'weighSweep',
  'sweepUnseenRows',
  'readChanges',
  'readDeletes',
  'countBothSides',
  'finishFullSync',
] as const;

export const FULL_SYNCS: readonly Scenario[] = [
  {
    title: 'a full sync by list pages',
    meets: [...EVERY_FULL_SYNC, 'readByListPages', 'finishComparison'],
    play: syncByList,
  },
  {
    title: 'a full sync by bulk read',
    meets: [...EVERY_FULL_SYNC, 'orderBulkRead', 'awaitBulkRead', 'loadBulkPage'],
    play: syncByBulk,
  },
  {
    title: 'a full sync that compares times',
    meets: [...EVERY_FULL_SYNC, 'loadBulkPage', 'weighDifferences', 'settleDifferences'],
    play: compareTimes,
  },
  {
    title: 'a verification that only looks',
    meets: ['planFullSync', 'readByListPages', 'findExtraRows', 'finishComparison'],
    play: lookWithoutRepair,
  },
];
