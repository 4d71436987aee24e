import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { settleRenamedChoices } from '../../../src/db/mirror/renamed-choices';
import { moveToTombstones } from '../../../src/db/mirror/sweep';
import { useDatabase } from '../support';
import { LATER, loadRecords, rowsOf, someMirror, type MirrorUnderTest } from './support';

const WEEK = '2026-11-16T09:00:00Z';
const records = (name: string) => [{ id: '1', Deal_Name: name, Modified_Time: WEEK }];

describe('a trigger with a function of another role', () => {
  const database = useDatabase();

  async function withTrigger(deals: MirrorUnderTest): Promise<void> {
    const other = `other_${randomBytes(4).toString('hex')}`;
    await database.knex.raw(`create role ${other}`);
    await database.knex.raw(
      `create function public.${other}() returns trigger language plpgsql as $$ begin return new; end $$;
       alter function public.${other}() owner to ${other};
       create trigger theirs before insert or update on ${qualifiedTable(deals.mirror)}
         for each row execute function public.${other}()`,
    );
  }

  it('keeps a merge from writing, by which it would run with the rights of the engine', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, records('first'));
    await withTrigger(deals);

    await assert.rejects(loadRecords(deals, records('second'), { compareValues: true }), { name: 'ForeignTrigger' });

    assert.equal((await rowsOf(deals))[0]?.['deal_name'], 'first');
  });

  it('keeps a first load from writing, too', async () => {
    const deals = await someMirror(database.knex);
    await withTrigger(deals);

    await assert.rejects(loadRecords(deals, records('first'), { firstLoad: true }), { name: 'ForeignTrigger' });

    assert.deepEqual(await rowsOf(deals), []);
  });

  it('keeps rows from leaving the mirror', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, records('first'));
    await withTrigger(deals);

    const gone = [{ id: '1', deletedAt: LATER.toISOString(), reason: 'recycle' }] as const;
    const leaving = moveToTombstones(database.knex, deals.mirror, deals.sessionId, 1, gone);

    await assert.rejects(leaving, { name: 'ForeignTrigger' });
    assert.equal((await rowsOf(deals)).length, 1);
  });

  it('keeps renamed choices from being settled', async () => {
    const deals = await someMirror(database.knex);
    await withTrigger(deals);
    const fields = deals.mirror.fields.map((field) => ({ ...field, renamedChoices: { first: 'second' } }));

    const settled = settleRenamedChoices(database.knex, { ...deals.mirror, fields }, new Map());

    await assert.rejects(settled, { name: 'ForeignTrigger' });
  });
});
