import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import { preparePostgres } from '../dev/postgres/server';
import { freePort } from '../dev/processes/ports';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../simulator';
import { CreditBroker } from '../src/connection/broker/broker';
import { ZohoTransports } from '../src/connection/transports';
import { ensureConnection } from '../src/db/connections/ensure-connection';
import { saveApiLimits } from '../src/db/credits/api-limits';
import { parseKeyRing } from '../src/db/postgres/encryption';
import { createDatabase } from '../src/db/postgres/knex';
import { migrateToLatest } from '../src/db/postgres/migrate';
import { limitsOfEdition } from '../src/domain/credits/edition-limits';
import type { ZohoTransport } from '../src/zoho/http/transport';
import { listRecords } from '../src/zoho/records/list-records';
import { CleanUp } from './clean-up';
import type { BenchOptions } from './options';
import { zoho as zohoProcess } from './parts';
import { spread, type Spread } from './spread';

/** Measured calls of each kind, and unmeasured ones before them. */
const CALLS = 600;
const WARM_UP = 100;
const DEALS = 2_000;
const TIMEOUT_MS = 30_000;

export interface BrokerMeasurements {
  calls: number;
  /** Milliseconds per sequential call, without a limiter and through the broker, alternating in one run. */
  withoutMs: Spread;
  withMs: Spread;
  /** Difference of the medians in milliseconds. */
  overheadMs: number;
}

/**
 * Measures the broker's overhead per call: sequential list pages, every second one through the broker. The kinds
 * alternate, so that other load on the machine affects both.
 */
export async function measureBroker(
  options: Pick<BenchOptions, 'zoho' | 'keep'> & { signal: AbortSignal; report: (line: string) => void },
): Promise<BrokerMeasurements> {
  const cleanUp = new CleanUp(options.signal);
  try {
    const transports = await start(options, cleanUp);
    options.report('Calling');
    const times = { without: [] as number[], with: [] as number[] };
    for (let call = 0; call < WARM_UP + CALLS; call += 1) {
      options.signal.throwIfAborted();
      for (const kind of ['without', 'with'] as const) {
        const took = await timeOf(transports[kind]);
        if (call >= WARM_UP) times[kind].push(took);
      }
    }
    const [withoutMs, withMs] = [spread(times.without), spread(times.with)];
    return { calls: CALLS, withoutMs, withMs, overheadMs: round(withMs.median - withoutMs.median) };
  } finally {
    await cleanUp.run();
  }
}

async function start(
  { zoho, keep, report }: Parameters<typeof measureBroker>[0],
  cleanUp: CleanUp,
): Promise<{ without: ZohoTransport; with: ZohoTransport }> {
  const home = await mkdtemp(path.join(tmpdir(), 'pulse-bench-'));
  // PostgreSQL may run as another user, who needs to reach its folder in here.
  await chmod(home, 0o755);
  cleanUp.later(() => (keep ? report(`Left in ${home}`) : rm(home, { recursive: true, force: true })));
  report('Starting PostgreSQL and the simulated Zoho');
  const postgres = await preparePostgres({ dataDirectory: path.join(home, 'postgres'), port: 0 });
  if (!keep) cleanUp.later(() => rm(postgres.dataDirectory, { recursive: true, force: true }));
  await cleanUp.start(postgres.spec);
  const port = await freePort();
  await cleanUp.start(zohoProcess(home, port, DEALS, zoho));
  const [knex, brokerKnex] = [8, 2].map((poolMax) => createDatabase(postgres.url, { poolMax })) as [Knex, Knex];
  cleanUp.later(() => Promise.all([knex.destroy(), brokerKnex.destroy()]));
  await migrateToLatest(knex);
  const ring = parseKeyRing([`bench:${randomBytes(32).toString('base64')}`]);
  const { id } = await ensureConnection(knex, ring, {
    name: 'crm',
    dataCenter: 'us',
    accountsUrl: `http://127.0.0.1:${port}`,
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    refreshToken: DEMO_REFRESH_TOKEN,
  });
  await saveApiLimits(knex, id, limitsOfEdition('enterprise', 10), 'edition');
  const broker = new CreditBroker(brokerKnex, { defaultPriority: 'full' });
  cleanUp.later(() => broker.close());
  const made = {
    without: new ZohoTransports({ knex, keyRing: () => ring, allowLoopback: true, timeoutMs: TIMEOUT_MS }),
    with: new ZohoTransports({ knex, keyRing: () => ring, allowLoopback: true, timeoutMs: TIMEOUT_MS, broker }),
  };
  cleanUp.later(() => Promise.all([made.without.close(), made.with.close()]));
  return { without: made.without.transport(id), with: made.with.transport(id) };
}

async function timeOf(transport: ZohoTransport): Promise<number> {
  const startedAt = performance.now();
  await listRecords(transport, 'Deals', { fields: ['Deal_Name', 'Stage', 'Amount'] });
  return performance.now() - startedAt;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
