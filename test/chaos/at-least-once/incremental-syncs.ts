import type { EngineApi } from '../../support/engine-api';
import { notify } from '../../support/notify';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

const HOUR_MS = 3_600_000;
/** More than the overlap; an access token lives for an hour, and so outlives this. */
const A_WHILE_MS = 900_000;
/** Less than the overlap with which changes are read. */
const A_MOMENT_MS = 60_000;

function at(org: Org, advance: number, change: () => void): void {
  org.zoho.moveClock({ advance });
  change();
  org.zoho.moveClock({ advance: -advance });
}

/** A record whose amount does not fit, and which no list of changes shows any more. */
function insertMisfit(org: Org): string {
  let id = '';
  at(org, -HOUR_MS, () => {
    const misfit = { Account_Name: 'Misfit', Annual_Revenue: 'about a million' };
    [id = ''] = org.zoho.changeRecords('Accounts', { insert: [misfit] }).inserted;
  });
  return id;
}

async function oldestIds(org: Org, count: number): Promise<string[]> {
  const rows = await org.engine.query<{ id: string }>(`select id from ${org.table('Accounts')} order by id limit ?`, [
    count,
  ]);
  return rows.map(({ id }) => id);
}

/**
 * Three syncs: of changes, deletes and a record in quarantine that fits by now; of values that were set back within the
 * overlap, whose records are asked for by id; and of records that were restored, which no list shows.
 */
async function syncChanges({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ accounts: 450 });
  const change = (changes: Parameters<typeof org.zoho.changeRecords>[1]) => org.zoho.changeRecords('Accounts', changes);
  const misfit = insertMisfit(org);
  await org.fullSync('Accounts');

  // Of rows that nobody has touched, so that none of them stands in a list of changes when it comes back.
  const ids = await oldestIds(org, 14);
  const [deleted, updated] = [ids.slice(6), ids.slice(0, 6)];
  org.zoho.moveClock({ advance: A_WHILE_MS });
  change({ update: updated.map((id) => ({ id, Industry: 'changed' })), insert: { count: 5 }, delete: deleted });
  at(org, -2 * A_WHILE_MS, () => change({ update: [{ id: misfit, Annual_Revenue: 1_000_000 }] }));
  await engine.query(`update sync.quarantine set next_retry_at = now() where connection_id = ? returning 1`, [
    org.connectionId,
  ]);
  await org.incrementalSync('Accounts');

  at(org, -A_MOMENT_MS, () => change({ update: updated.map((id) => ({ id, Industry: 'set back' })) }));
  await org.incrementalSync('Accounts');

  org.zoho.moveClock({ advance: A_WHILE_MS });
  change({ restore: deleted.slice(0, 2) });
  await org.hoursLater('Accounts');
  await org.incrementalSync('Accounts');
  return org;
}

/** A sync that opens its session itself, and one that finds nothing that changes could be added to. */
async function startByClock({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ accounts: 5, contacts: 5 });
  await org.fullSync('Accounts');
  org.zoho.changeRecords('Accounts', { insert: { count: 3 } });
  await org.incrementalSyncByClock('Accounts');
  await org.incrementalSyncByClock('Contacts');
  return org;
}

/** Chosen records, some of which Zoho does not know any more. */
async function readChosen({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ accounts: 450 });
  await org.fullSync('Accounts');
  org.zoho.moveClock({ advance: A_WHILE_MS });
  const ids = await oldestIds(org, 250);
  org.zoho.changeRecords('Accounts', {
    update: ids.slice(0, 150).map((id) => ({ id, Industry: 'changed' })),
    delete: ids.slice(240),
  });
  await org.waitFor(await org.startRefresh('Accounts', ids), 'completed');
  return org;
}

/** Records that Zoho has told of: changed, new and deleted ones, and more than are asked for by their ids. */
async function readNotified({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ accounts: 1_500 });
  await org.fullSync('Accounts');
  org.zoho.moveClock({ advance: A_WHILE_MS });
  const ids = await oldestIds(org, 1_400);
  org.zoho.changeRecords('Accounts', {
    update: ids.slice(0, 1_300).map((id) => ({ id, Industry: 'changed' })),
    delete: ids.slice(1_390),
  });
  await notify(org, 'Accounts', { update: ids.slice(0, 1_300), delete: ids.slice(1_390) });
  const { inserted } = org.zoho.changeRecords('Accounts', { insert: { count: 5 } });
  await notify(org, 'Accounts', { insert: inserted });
  return org;
}

export const INCREMENTAL_SYNCS: readonly Scenario[] = [
  {
    title: 'an incremental sync',
    meets: [
      'recordProgress',
      'planIncrementalSync',
      'retryQuarantined',
      'readChanges',
      'readDeletes',
      'readRestored',
      'countBothSides',
      'finishIncrementalSync',
    ],
    play: syncChanges,
  },
  { title: 'an incremental sync that the clock starts', meets: ['openSession'], play: startByClock },
  { title: 'a read of chosen records', meets: ['recordProgress', 'refetchRecords'], play: readChosen },
  { title: 'what Zoho has told of', meets: ['openSession', 'drainInbox'], play: readNotified },
];
