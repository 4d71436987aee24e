import assert from 'node:assert/strict';
import { CreditBroker, type BrokerOptions } from '../../../src/connection/broker/broker';
import { saveApiLimits } from '../../../src/db/credits/api-limits';
import { readCreditWindow } from '../../../src/db/credits/credit-window';
import type { ApiLimits } from '../../../src/domain/credits/edition-limits';
import { ZohoError } from '../../../src/zoho/errors/errors';
import type { Permit } from '../../../src/zoho/http/call-limiter';
import { type DatabaseFixture, someConnection } from '../../db/support';

/** A call of priority `full`, unless a broker has another default. */
export const CALL = { operation: 'list_records', module: 'Deals', credits: 1, heavy: false } as const;

const LIMITS: ApiLimits = { dailyCredits: 1_000, concurrency: 20, heavyConcurrency: 10 };

/** Makes what the suites of the broker work with. Each test has brokers of its own, which are closed after it. */
export function useBrokers(database: DatabaseFixture) {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  /** Closes something after the test, what was opened last first. */
  function closeAfterTest<T extends { close(): Promise<void> }>(opened: T): T {
    open.push(opened);
    return opened;
  }

  return {
    closeAfterTest,

    /** A broker as one process has it. */
    broker: (options: Partial<BrokerOptions> = {}): CreditBroker =>
      closeAfterTest(new CreditBroker(database.knex, { defaultPriority: 'full', ...options })),

    /** The id of a connection with these limits. */
    connection: async (limits: Partial<ApiLimits> = {}, id?: string): Promise<string> => {
      const connectionId = id ?? (await someConnection(database.knex)).id;
      await saveApiLimits(database.knex, connectionId, { ...LIMITS, ...limits }, 'edition');
      return connectionId;
    },

    /** Credits that the connection has spent, by priority. */
    spentOf: async (connectionId: string): Promise<readonly number[] | undefined> =>
      (await readCreditWindow(database.knex, connectionId))?.window.spent,
  };
}

/** @throws when the call is let in, or fails otherwise than as a refusal */
export async function refusalOf(permit: Promise<Permit>): Promise<ZohoError> {
  const error: unknown = await permit.then(
    () => assert.fail('The call was let in.'),
    (refused: unknown) => refused,
  );
  return error instanceof ZohoError ? error : assert.fail(String(error));
}
