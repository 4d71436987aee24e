import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { AMOUNT, NAME, OWNER } from '../mirror/support';
import { useDatabase } from '../support';
import { changing } from './support';

describe('a field that Zoho no longer shows', () => {
  const database = useDatabase();
  const { sync, keepUp, changes, statesOf, mapOf, only, decide, filled } = changing(database);

  it('is hidden, and after a week somebody is asked whether to drop its column', async () => {
    const deals = await filled([NAME, OWNER]);
    const hideSince = (interval: string) =>
      database.knex.raw(
        `update sync.module_fields set hidden_since = now() - ?::interval where api_name = 'Owner' and connection_id = ?`,
        [interval, deals.mirror.connectionId],
      );
    await sync(deals, [NAME]);
    await hideSince('6 days 23 hours');
    await sync(deals, [NAME]);
    assert.deepEqual(await changes(deals), []);
    assert.deepEqual((await mapOf(deals))[1], 'Owner owner_id bigint hidden');

    await hideSince('7 days 1 minute');
    await sync(deals, [NAME]);
    const { state, plan } = await only(deals);
    assert.equal(state, 'waiting');
    assert.deepEqual(
      plan.statements,
      ['owner_id', 'owner'].map(
        (column) => `alter table ${qualifiedTable(deals.mirror)} drop column if exists "${column}"`,
      ),
    );
    await decide(deals, 'approve');
    await keepUp(deals);
    await sync(deals, [NAME]);

    assert.deepEqual(await statesOf(deals), ['field_gone applied']);
    assert.deepEqual(await mapOf(deals), ['Deal_Name deal_name text active', 'Owner owner_id bigint removed']);
  });

  it('comes back when Zoho shows it again, even after its column was dropped', async () => {
    const deals = await filled([NAME, AMOUNT]);
    await sync(deals, [NAME]);
    await database.knex.raw(
      `update sync.module_fields set hidden_since = now() - interval '8 days' where status = 'hidden'`,
    );
    await sync(deals, [NAME]);
    await sync(deals, [NAME, AMOUNT]);
    assert.deepEqual(await statesOf(deals), ['field_gone withdrawn']);
    await sync(deals, [NAME]);
    await database.knex.raw(
      `update sync.module_fields set hidden_since = now() - interval '8 days' where status = 'hidden'`,
    );
    await sync(deals, [NAME]);
    await decide(deals, 'approve');
    await keepUp(deals);

    await sync(deals, [NAME, AMOUNT]);

    assert.deepEqual(await statesOf(deals), ['field_gone withdrawn', 'field_gone applied', 'field_added applied']);
    assert.deepEqual((await mapOf(deals))[1], 'Amount amount numeric active');
  });
});
