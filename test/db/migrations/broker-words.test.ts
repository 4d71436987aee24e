import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { saveCreditCosts } from '../../../src/db/credits/credit-costs';
import { down, up } from '../../../src/db/migrations/unreleased/2026-11-27/20261127110000_broker_words';
import { Caller, limitedConnection } from '../credits/support';
import { useDatabase } from '../support';

describe("the migration to the broker's words", () => {
  const database = useDatabase();

  it('keeps what was spent, the prices and the deadline of a call that gave up, both ways', async () => {
    const { knex } = database;
    const connectionId = await limitedConnection(knex, { concurrency: 1 });
    await saveCreditCosts(knex, connectionId, [{ operation: 'get_org', minCredits: 2, maxCredits: 5 }]);
    const one = new Caller(knex, connectionId);
    await one.request(one.call('interactive', { credits: 7 }));
    await one.request(one.call('verify'));
    await one.exchange([], [{ ticket: 2, sent: false, keepsDeadline: true }]);

    await down(knex);
    const before = await states('call_slots', 'slot');
    const account = await knex.raw<{ rows: unknown[] }>(
      `select begun::int, least_credits, most_credits
       from sync.credit_accounts join sync.credit_costs using (connection_id) where connection_id = ?`,
      [connectionId],
    );
    await knex.raw('select sync.take_turn(?, ?, 10000, ?, ?, ?)', [
      connectionId,
      randomUUID(),
      '[]',
      '[]',
      '{"recoveryMs":5000,"leastCallsToKeepOne":5,"floorShares":[0.1,0,0,0,0,0]}',
    ]);
    await up(knex);

    assert.deepEqual(before, ['running', 'left']);
    assert.deepEqual(account.rows, [{ begun: 7, least_credits: 2, most_credits: 5 }]);
    assert.deepEqual(await states('call_queue', 'entry'), ['running', 'waiting']);

    async function states(table: string, order: string): Promise<string[]> {
      const answer = await knex.raw<{ rows: { state: string }[] }>(
        'select state from sync.:table: where connection_id = :connectionId order by :order:',
        { table, connectionId, order },
      );
      return answer.rows.map(({ state }) => state);
    }
  });
});
