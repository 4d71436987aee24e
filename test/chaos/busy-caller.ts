import { setTimeout as delay } from 'node:timers/promises';
import { CreditBroker } from '../../src/connection/broker/broker';
import { ZohoTransports } from '../../src/connection/transports';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { createDatabase } from '../../src/db/postgres/knex';
import { CALL_PRIORITIES, type CallPriority } from '../../src/domain/credits/priorities';
import type { CallLimiter } from '../../src/zoho/http/call-limiter';

/** A process as a worker is one towards Zoho: its own pool, its own broker, many calls at a time. */

export interface BusyRun {
  connectionId: string;
  seed: number;
  /** Loops that call one after the other. */
  loops: number;
  /** Calls of each loop; it ends earlier when it is refused for want of credits. */
  calls: number;
  /** Share of heavy calls. */
  heavyShare: number;
}

/** One call as its caller saw it; the numbers order what happened in this process. */
export interface BusyCall {
  priority: CallPriority;
  arrived: number;
  served: number;
}

export interface BusyResult {
  calls: BusyCall[];
  /** Number of refused calls by code. */
  refused: Record<string, number>;
}

/** Mulberry32: the same seed, the same run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const environment = (name: string): string => process.env[name] ?? '';
const brokerKnex = createDatabase(environment('DATABASE_URL'), { poolMax: 2 });
const knex = createDatabase(environment('DATABASE_URL'), { poolMax: 2 });
const broker = new CreditBroker(brokerKnex, { defaultPriority: 'full', leaseMs: 1_000 });

/** Records the order in which calls are requested and admitted. */
function noting(limiter: CallLimiter, note: (priority: CallPriority) => () => void): CallLimiter {
  return {
    acquire: async (call, signal) => {
      const onServed = note(call.priority ?? 'full');
      const permit = await limiter.acquire(call, signal);
      onServed();
      return permit;
    },
  };
}

async function run({ connectionId, seed, loops, calls, heavyShare }: BusyRun): Promise<BusyResult> {
  const result: BusyResult = { calls: [], refused: {} };
  let moment = 0;
  const tick = (): number => (moment += 1);
  const limiter = noting(broker.limiter(connectionId), (priority) => {
    const call = { priority, arrived: tick(), served: 0 };
    return () => {
      call.served = tick();
      result.calls.push(call);
    };
  });
  const zoho = new ZohoTransports({
    knex,
    keyRing: () => parseKeyRing([environment('PULSE_ENCRYPTION_KEYS')]),
    allowLoopback: true,
    timeoutMs: 5_000,
    broker: { limiter: () => limiter },
  });
  const draw = random(seed);
  const loop = async (): Promise<void> => {
    for (let call = 0; call < calls; call += 1) {
      const priority = CALL_PRIORITIES[Math.floor(draw() * CALL_PRIORITIES.length)] ?? 'full';
      const heavy = draw() < heavyShare;
      const request = {
        operation: 'list_records',
        module: 'Deals',
        path: '/crm/v8/Deals',
        query: { fields: 'Stage', per_page: 1, ...(heavy && { sort_by: 'id' }) },
        heavy,
      } as const;
      try {
        await zoho.transport(connectionId).json(request, { priority }, () => undefined);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        result.refused[code] = (result.refused[code] ?? 0) + 1;
        await delay(1);
      }
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  await zoho.close();
  return result;
}

process.on('message', (message: BusyRun) => {
  run(message).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.('ready');
