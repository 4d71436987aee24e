import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { projectRoot } from '../../dev/project-root';
import { startEngine, type Engine } from '../support/engine';
import type { Org } from '../support/org';
import { stopShared } from '../support/shared';
import { HISTORIES, type RecordedHistory } from './histories';
import { MAINTENANCE_SCENARIOS } from './maintenance-scenarios';
import { NIGHT_SCENARIOS } from './night-scenarios';
import { OPERATION_SCENARIOS } from './operation-scenarios';
import { RECORD_SCENARIOS } from './record-scenarios';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Scenarios of a sync of Contacts. Each brings it to its end, whatever the outcome. */
const SCENARIOS: Readonly<Record<string, (engine: Engine) => Promise<Org>>> = {
  'completed-by-list': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts', { path: 'list' });
    return org;
  },
  'completed-by-bulk': async (engine) => {
    const org = await engine.org({ contacts: 300, bulkJobMs: 1_000 });
    await org.fullSync('Contacts', { path: 'bulk' });
    return org;
  },
  'completed-by-bulk-pages': async (engine) => {
    const org = await engine.org({ contacts: 450_000 });
    await org.fullSync('Contacts', { path: 'bulk' });
    return org;
  },
  'second-run-with-sweep': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    org.zoho.changeRecords('Contacts', { delete: { count: 4 }, insert: { count: 3 } });
    await org.fullSync('Contacts', { path: 'bulk' });
    return org;
  },
  'paused-and-resumed': async (engine) => {
    const org = await engine.org({ contacts: 300, bulkJobMs: HOUR_MS });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'waits for its job', () => org.calls('getBulkRead') > 1);
    await org.pause('Contacts');
    org.zoho.moveClock({ advance: HOUR_MS });
    await org.resume('Contacts');
    await org.waitFor(sessionId, 'completed');
    return org;
  },
  cancelled: async (engine) => {
    const org = await engine.org({ contacts: 300, bulkJobMs: HOUR_MS });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'waits for its job', () => org.calls('getBulkRead') > 1);
    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');
    return org;
  },
  failed: async (engine) => {
    const org = await engine.org({ contacts: 300 });
    org.zoho.revokeTokens();
    await org.waitFor(await org.startFullSync('Contacts'), 'failed');
    return org;
  },
  'removal-held': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    org.zoho.changeRecords('Contacts', { delete: { count: 90 } });
    await org.fullSync('Contacts', { path: 'list' });
    return org;
  },
  'compared-first': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts', { path: 'list' });
    org.zoho.moveClock({ advance: HOUR_MS });
    org.zoho.changeRecords('Contacts', { delete: { count: 4 }, insert: { count: 3 } });
    await org.fullSync('Contacts', { path: 'bulk', compare: 'times' });
    return org;
  },
  'read-again': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    const download = org.zoho.addFault({ kind: 'latency', operation: 'downloadBulkRead', delayMs: 500 });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'fetches its export', () => download.struck > 0);
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Contacts', { insert: { count: 2 } });
    org.zoho.moveClock({ reset: true });
    await org.waitFor(sessionId, 'completed');
    return org;
  },
  'counts-explained': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    org.zoho.addFault({ kind: 'latency', operation: 'countRecords', delayMs: 150 });
    const busy = setInterval(() => org.zoho.changeRecords('Contacts', { insert: { count: 3 } }), 40);
    await org.incrementalSync('Contacts').finally(() => clearInterval(busy));
    return org;
  },
  'incremental-completed': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    org.zoho.changeRecords('Contacts', { delete: { count: 4 }, insert: { count: 3 } });
    await org.incrementalSync('Contacts');
    return org;
  },
  'incremental-by-clock': async (engine) => {
    const org = await engine.org({ contacts: 30 });
    await org.fullSync('Contacts');
    await org.incrementalSyncByClock('Contacts');
    return org;
  },
  'incremental-skipped': async (engine) => {
    const org = await engine.org({ contacts: 3 });
    await org.incrementalSyncByClock('Contacts');
    return org;
  },
  'incremental-in-legs': async (engine) => {
    const org = await engine.org({ contacts: 2_100 });
    await org.fullSync('Contacts');
    org.zoho.moveClock({ advance: HOUR_MS });
    org.zoho.changeRecords('Contacts', { update: { count: 2_100, values: { Title: 'Read in legs' } } });
    await org.incrementalSync('Contacts');
    return org;
  },
  'incremental-looked-again': async (engine) => {
    const org = await engine.org({ contacts: 300 });
    await org.fullSync('Contacts');
    const { deleted } = org.zoho.changeRecords('Contacts', { delete: { count: 20 } });
    await org.incrementalSync('Contacts');
    org.zoho.moveClock({ advance: MINUTE_MS });
    org.zoho.changeRecords('Contacts', { restore: deleted.slice(0, 2) });
    await org.hoursLater('Contacts');
    await org.incrementalSync('Contacts');
    return org;
  },
};

/**
 * Runs scenarios against a real Temporal server and keeps their histories: those that are named, or all of them.
 * `npx tsx test/workflows/record-histories.ts [name...]`
 */
async function main(chosen: readonly string[]): Promise<void> {
  const scenarios = new Map<string, (engine: Engine) => Promise<string>>([
    ...Object.entries(SCENARIOS).map(([name, play]): [string, (engine: Engine) => Promise<string>] => [
      name,
      async (engine) => (await play(engine)).workflowId('Contacts'),
    ]),
    ...Object.entries(OPERATION_SCENARIOS),
    ...Object.entries(RECORD_SCENARIOS),
    ...Object.entries(NIGHT_SCENARIOS),
    ...Object.entries(MAINTENANCE_SCENARIOS),
  ]);
  const unknown = chosen.find((name) => !scenarios.has(name));
  if (unknown !== undefined) throw new Error(`There is no story ${unknown}.`);
  const engine = await startEngine();
  try {
    await mkdir(HISTORIES, { recursive: true });
    for (const [name, play] of scenarios) {
      if (chosen.length > 0 && !chosen.includes(name)) continue;
      const workflowId = await play(engine);
      const history = await engine.temporal.client.workflow.getHandle(workflowId).fetchHistory();
      const recorded: RecordedHistory = { workflowId, history: JSON.parse(historyToJSON(history)) as object };
      await writeFile(path.join(HISTORIES, `${name}.json`), withoutPlaces(`${JSON.stringify(recorded, null, 1)}\n`));
      process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
    }
  } finally {
    await engine.stop();
    await stopShared();
  }
}

/** Stack traces say where the project lies on this machine; nobody else needs to know. */
function withoutPlaces(text: string): string {
  return text.replaceAll(`${projectRoot()}${path.sep}`, '');
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
