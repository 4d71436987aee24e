import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { loadFields } from '../../../src/db/mirror/module-fields';
import { takeDueChanges } from '../../../src/db/schema-changes/schema-changes';
import { AMOUNT, NAME, OWNER, type SomeField } from '../mirror/support';
import { useDatabase } from '../support';
import { changing } from './support';

const VISITS: SomeField = { apiName: 'Visits', dataType: 'text' };
const WHOLE_VISITS: SomeField = { ...VISITS, dataType: 'integer' };
const FEW_VISITS: SomeField = { ...VISITS, dataType: 'integer' };
const MORE_VISITS: SomeField = { ...VISITS, dataType: 'bigint' };

describe('a mirror that is brought up to Zoho’s fields', () => {
  const database = useDatabase();

  const { sync, keepUp, changes, statesOf, mapOf, only, decide, filled, rowsOf, whileRead } = changing(database);

  it('has a row for every change that was made unasked, and none for a table that is new', async () => {
    const deals = await filled([NAME, FEW_VISITS]);
    assert.deepEqual(await changes(deals), []);

    await sync(deals, [{ ...NAME, apiName: 'Title' }, MORE_VISITS, AMOUNT]);

    assert.deepEqual((await statesOf(deals)).sort(), [
      'field_added applied',
      'field_renamed applied',
      'type_wider applied',
    ]);
    const renamed = (await changes(deals)).find(({ kind }) => kind === 'field_renamed');
    assert.deepEqual(
      [renamed?.before, renamed?.after],
      [
        { apiName: 'Deal_Name', column: 'deal_name', type: 'text' },
        { apiName: 'Title', column: 'title', type: 'text' },
      ],
    );
    assert.deepEqual(renamed?.plan.statements, [
      `alter table ${qualifiedTable(deals.mirror)} rename column "deal_name" to "title"`,
    ]);
  });

  it('leaves a column alone that somebody else has added and filled, and gives its field another name', async () => {
    const deals = await filled([NAME, FEW_VISITS], '1');
    const table = qualifiedTable(deals.mirror);
    await database.knex.raw(`alter table ${table} add column amount text default 'theirs', add column owner text`);

    await sync(deals, [NAME, FEW_VISITS, AMOUNT, OWNER]);
    await sync(deals, [NAME, FEW_VISITS, AMOUNT, OWNER]);

    assert.deepEqual((await mapOf(deals)).slice(2), ['Amount amount_2 numeric active', 'Owner owner_id bigint active']);
    assert.deepEqual((await rowsOf(deals))[0]?.['amount'], 'theirs');
  });

  it('makes what was blocked as soon as it can, by what it knows of the fields', async () => {
    const deals = await filled([NAME, FEW_VISITS, OWNER]);
    const now = [{ ...NAME, apiName: 'Title' }, MORE_VISITS, { ...OWNER, apiName: 'Seller' }, AMOUNT];
    await whileRead(deals, () => sync(deals, now));
    const blocked = await changes(deals);
    assert.deepEqual(
      blocked.map(({ state, error, attempts }) => [state, error, attempts]),
      blocked.map(() => ['blocked', 'somebody else holds a lock on the table', 1]),
    );
    assert.deepEqual(await mapOf(deals), [
      'Title deal_name text active',
      'Visits visits integer active',
      'Seller owner_id bigint active',
      'Amount amount numeric pending',
    ]);

    await keepUp(deals);

    assert.deepEqual([...new Set(await statesOf(deals))].sort(), [
      'field_added applied',
      'field_renamed applied',
      'type_wider applied',
    ]);
    assert.deepEqual(await mapOf(deals), [
      'Title title text active',
      'Visits visits bigint active',
      'Seller seller_id bigint active',
      'Amount amount numeric active',
    ]);
  });

  it('keeps two fields apart whose names were swapped while the table was held', async () => {
    const text = (apiName: string): SomeField => ({ apiName, dataType: 'text' });
    const deals = await filled([text('Alpha'), text('Beta')]);
    await database.knex.raw(`insert into ${qualifiedTable(deals.mirror)} (id, alpha, beta) values (1, 'a', 'b')`);
    await whileRead(deals, () => sync(deals, [text('Beta'), text('Alpha'), text('Gamma')]));
    assert.deepEqual(await mapOf(deals), [
      'Beta alpha text active',
      'Alpha beta text active',
      'Gamma gamma text pending',
    ]);

    await keepUp(deals);

    assert.deepEqual(await rowsOf(deals), [{ alpha: 'b', beta: 'a', gamma: null }]);
  });

  it('gives nobody the column of a field that could not be renamed', async () => {
    const text = (apiName: string, id: string): SomeField => ({ apiName, dataType: 'text', id });
    const deals = await filled([text('Alpha', '1')]);
    await whileRead(deals, () => sync(deals, [text('Old_Alpha', '1'), text('Alpha', '2')]));
    assert.deepEqual(await mapOf(deals), ['Old_Alpha alpha text active', 'Alpha alpha text pending']);

    await keepUp(deals);

    assert.deepEqual(await mapOf(deals), ['Old_Alpha old_alpha text active', 'Alpha alpha text active']);
  });

  it('waits with a narrower type, and puts the old column aside when that is approved', async () => {
    const deals = await filled([VISITS], '5', 'many', null);
    await sync(deals, [WHOLE_VISITS]);
    const change = await only(deals);
    assert.deepEqual([change.kind, change.state, change.plan.misfits], ['type_other', 'waiting', 1]);
    assert.deepEqual(await mapOf(deals), ['Visits visits text active']);
    assert.deepEqual(await takeDueChanges(database.knex, 10), []);

    assert.equal(await decide(deals, 'approve'), true);
    const due = await takeDueChanges(database.knex, 10);
    assert.deepEqual(
      due.map(({ module, table }) => [module, table]),
      [['Deals', 'deals']],
    );
    await keepUp(deals);

    assert.equal((await only(deals)).state, 'applied');
    assert.deepEqual(await rowsOf(deals), [
      { visits_before: '5', visits: 5 },
      { visits_before: 'many', visits: null },
      { visits_before: null, visits: null },
    ]);
    const [visits] = await loadFields(database.knex, deals.mirror.connectionId, deals.mirror.key);
    assert.deepEqual([visits?.type, visits?.filled], ['integer', false]);
  });

  it('tries what a view refuses until somebody drops it, and says how', async () => {
    const deals = await filled([FEW_VISITS], '5');
    const { schema } = deals.mirror;
    await database.knex.raw(`create view ${schema}.busy as select visits from ${qualifiedTable(deals.mirror)}`);
    await sync(deals, [MORE_VISITS]);
    const { plan, state } = await only(deals);
    assert.equal(state, 'waiting');
    assert.deepEqual(
      plan.dependents.map(({ name, drop }) => [name, drop]),
      [[`view ${schema}.busy`, `drop view ${schema}.busy`]],
    );

    await decide(deals, 'approve');
    await keepUp(deals);
    const refused = await only(deals);
    assert.equal(refused.state, 'blocked');
    assert.match(refused.error ?? '', /^cannot alter type of a column used by a view or rule; .*busy/);
    await database.knex.raw(plan.dependents[0]?.drop ?? '');
    await keepUp(deals);
    await database.knex.raw(plan.dependents[0]?.create ?? '');

    assert.equal((await only(deals)).state, 'applied');
  });

  it('does not put a column aside that a view reads', async () => {
    const deals = await filled([VISITS], '5');
    await database.knex.raw(
      `create view ${deals.mirror.schema}.busy as select visits from ${qualifiedTable(deals.mirror)}`,
    );
    await sync(deals, [WHOLE_VISITS]);
    await decide(deals, 'approve');

    await keepUp(deals);

    const { state, error } = await only(deals);
    assert.deepEqual([state, error], ['blocked', `view ${deals.mirror.schema}.busy uses the column`]);
    assert.deepEqual(await mapOf(deals), ['Visits visits text active']);
  });

  it('is not decided by who has seen something else', async () => {
    const deals = await filled([VISITS], '5');
    await sync(deals, [WHOLE_VISITS]);
    const { version } = await only(deals);
    await database.knex.raw(
      `create view ${deals.mirror.schema}.busy as select visits from ${qualifiedTable(deals.mirror)}`,
    );
    await sync(deals, [WHOLE_VISITS]);

    assert.equal(await decide(deals, 'approve', version), false);
    assert.equal(await decide(deals, 'approve', version + 1), true);
  });

  it('raises nothing again that was turned down, until Zoho changes the field', async () => {
    const deals = await filled([VISITS], '5');
    await sync(deals, [WHOLE_VISITS]);
    await decide(deals, 'reject');

    await sync(deals, [WHOLE_VISITS]);
    assert.deepEqual(await statesOf(deals), ['type_other rejected']);
    await sync(deals, [VISITS]);
    await sync(deals, [WHOLE_VISITS]);
    assert.deepEqual(await statesOf(deals), ['type_other withdrawn', 'type_other waiting']);
    await sync(deals, [{ ...VISITS, dataType: 'date' }]);

    assert.deepEqual(await statesOf(deals), ['type_other withdrawn', 'type_other withdrawn', 'type_other waiting']);
  });

  it('withdraws what Zoho has taken back, whatever was decided', async () => {
    const deals = await filled([VISITS], '5');
    await sync(deals, [WHOLE_VISITS]);
    await decide(deals, 'approve');

    await sync(deals, [VISITS]);
    await keepUp(deals);

    assert.deepEqual(await statesOf(deals), ['type_other withdrawn']);
    assert.deepEqual(await mapOf(deals), ['Visits visits text active']);
  });
});
