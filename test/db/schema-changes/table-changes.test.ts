import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { qualifiedTable, type MirrorModule } from '../../../src/db/mirror/mirror-module';
import { NotAMirrorTable, prepareMirrorTable } from '../../../src/db/mirror/mirror-table';
import { saveFields, markFilled, loadFields } from '../../../src/db/mirror/module-fields';
import { advanceWatermark, getWatermark } from '../../../src/db/sessions/watermarks';
import { mapFields } from '../../../src/domain/mirror/mirror-field';
import { poll } from '../../support/poll';
import { metadata, MODIFIED, NAME, someMirror, type MirrorUnderTest, type SomeField } from '../mirror/support';
import { useDatabase } from '../support';

const VISITS: SomeField = { apiName: 'Visits', dataType: 'integer' };
const WIDER: SomeField = { ...VISITS, dataType: 'bigint' };
const IMPATIENT = { lockTimeoutMs: 50, pausesMs: [1] };

/** Waits until somebody waits for a lock on the table of a mirror. */
async function untilWaiting(knex: Knex, mirror: MirrorModule): Promise<void> {
  await poll(
    async () => {
      const { rows } = await knex.raw<{ rows: unknown[] }>(
        'select from pg_locks where relation = to_regclass(?) and not granted',
        [qualifiedTable(mirror)],
      );
      return rows.length > 0;
    },
    { what: 'the table is waited for' },
  );
}

describe('changes of a mirror table', () => {
  const database = useDatabase();

  const evolve = ({ mirror }: MirrorUnderTest, fields: readonly SomeField[], locking = IMPATIENT) => {
    const known = new Map(mirror.fields.map((field) => [field.fieldId, field]));
    const evolved = { ...mirror, fields: mapFields(metadata(fields), known) };
    return prepareMirrorTable(database.knex, evolved, mirror.fields, { locking });
  };
  const columnsOf = async ({ mirror }: MirrorUnderTest) => {
    const { rows } = await database.knex.raw<{ rows: { name: string }[] }>(
      `select column_name as name from information_schema.columns where table_schema = ? and table_name = ?`,
      [mirror.schema, mirror.table],
    );
    return rows.map(({ name }) => name).sort();
  };

  it('go on without the one that a view would refuse, which waits', async () => {
    const deals = await someMirror(database.knex, [VISITS]);
    await database.knex.raw(
      `create view ${deals.mirror.schema}.busy as select visits from ${qualifiedTable(deals.mirror)}`,
    );

    const { fields, pending } = await evolve(deals, [WIDER, NAME]);

    assert.deepEqual(pending, [
      { kind: 'type_wider', state: 'waiting', field: 'Visits', column: 'visits', from: 'integer', to: 'bigint' },
    ]);
    assert.deepEqual(
      fields.map(({ column, type }) => [column, type]),
      [
        ['visits', 'integer'],
        ['deal_name', 'text'],
      ],
    );
    assert.ok((await columnsOf(deals)).includes('deal_name'));
  });

  it('leave out the fields that no longer find a column', async () => {
    const deals = await someMirror(database.knex, [NAME]);
    const others = Array.from({ length: 1_496 }, (_, at) => `add column other_${at} boolean`);
    await database.knex.raw(`alter table ${qualifiedTable(deals.mirror)} ${others.join(', ')}`);

    const { fields, pending } = await evolve(deals, [NAME, VISITS, MODIFIED]);

    assert.deepEqual(
      fields.map(({ apiName }) => apiName),
      ['Deal_Name', 'Visits'],
    );
    assert.deepEqual(
      pending.map(({ kind, state, column }) => [kind, state, column]),
      [['field_added', 'waiting', 'modified_time']],
    );
  });

  it('do not wait for who holds the table, and are made the next time', async () => {
    const deals = await someMirror(database.knex, [VISITS, NAME]);
    const renamed = { ...NAME, apiName: 'Title' };
    const reader = await database.knex.transaction();
    await reader.raw(`select from ${qualifiedTable(deals.mirror)}`);

    const held = await evolve(deals, [WIDER, renamed, MODIFIED]);
    await reader.rollback();
    const free = await evolve(deals, [WIDER, renamed, MODIFIED]);

    assert.deepEqual(
      held.pending.map(({ kind, state }) => [kind, state]),
      [
        ['field_renamed', 'blocked'],
        ['type_wider', 'blocked'],
        ['field_added', 'blocked'],
      ],
    );
    assert.deepEqual(
      held.fields.map(({ column, type }) => [column, type]),
      [
        ['visits', 'integer'],
        ['deal_name', 'text'],
      ],
    );
    assert.deepEqual(free.pending, []);
    assert.deepEqual(await columnsOf(deals), ['_synced_at', 'id', 'modified_time', 'title', 'visits']);
  });

  it('keep nobody waiting behind a lock that they do not get', async () => {
    const deals = await someMirror(database.knex, [VISITS]);
    const [reader, other] = [await database.knex.transaction(), await database.knex.transaction()];
    const read = (trx: Knex) => trx.raw(`select from ${qualifiedTable(deals.mirror)}`);
    await read(reader);

    const changing = evolve(deals, [WIDER], { lockTimeoutMs: 500, pausesMs: [] });
    await untilWaiting(database.knex, deals.mirror);
    await read(other);
    const { pending } = await changing;

    assert.deepEqual(
      pending.map(({ state }) => state),
      ['blocked'],
    );
    await Promise.all([reader.rollback(), other.rollback()]);
  });

  for (const [kind, statement] of [
    ['table', 'create table other.deals (id bigint primary key, note text)'],
    ['view', 'create view other.deals as select 1 as id'],
    ['sequence', 'create sequence other.deals'],
    ['type', `create type other.deals as enum ('a')`],
  ] as const) {
    it(`are not made to a ${kind} that is somebody else's`, async () => {
      const { mirror } = await someMirror(database.knex);
      await database.knex.raw(`drop table ${qualifiedTable(mirror)}`);
      await database.knex.raw('update sync.mirrors set table_made_at = null');
      await database.knex.raw(statement.replace('other', mirror.schema));

      const refusal = await prepareMirrorTable(database.knex, mirror).catch((error: unknown) => error);

      assert.ok(refusal instanceof NotAMirrorTable);
      assert.match(refusal.message, new RegExp(`${mirror.schema}\\.deals, and there is a ${kind} `));
    });
  }

  it('are not made to a table that took the place of a mirror', async () => {
    const { mirror } = await someMirror(database.knex);
    await database.knex.raw(`drop table ${qualifiedTable(mirror)}`);
    await database.knex.raw(`create table ${qualifiedTable(mirror)} (id bigint primary key, note text)`);

    await assert.rejects(prepareMirrorTable(database.knex, mirror), NotAMirrorTable);
  });

  it('make a table again that somebody dropped, and take back what was promised of it', async () => {
    const { mirror, sessionId } = await someMirror(database.knex);
    const { connectionId, key, fields } = mirror;
    await saveFields(database.knex, connectionId, key, fields);
    await markFilled(database.knex, connectionId, key, fields, sessionId);
    await advanceWatermark(database.knex, { connectionId, moduleName: key, completeUntil: new Date(), sessionId });
    await database.knex.raw(`drop table ${qualifiedTable(mirror)}`);

    await prepareMirrorTable(database.knex, mirror);

    assert.equal(await getWatermark(database.knex, connectionId, key), undefined);
    assert.ok((await loadFields(database.knex, connectionId, key)).every(({ filled }) => !filled));
  });

  it('make a column again that somebody dropped, and have it read again', async () => {
    const deals = await someMirror(database.knex);
    const { connectionId, key, fields } = deals.mirror;
    await saveFields(database.knex, connectionId, key, fields);
    await markFilled(database.knex, connectionId, key, fields, deals.sessionId);
    await database.knex.raw(`alter table ${qualifiedTable(deals.mirror)} drop column amount`);

    await prepareMirrorTable(database.knex, deals.mirror);

    assert.ok((await columnsOf(deals)).includes('amount'));
    const unfilled = (await loadFields(database.knex, connectionId, key)).filter(({ filled }) => !filled);
    assert.deepEqual(
      unfilled.map(({ column }) => column),
      ['amount'],
    );
  });

  it('bring a column back to its type where its values fit', async () => {
    const deals = await someMirror(database.knex);
    await database.knex.raw(`alter table ${qualifiedTable(deals.mirror)} alter column deal_name type varchar(80)`);

    const { fields, pending } = await prepareMirrorTable(database.knex, deals.mirror);

    assert.deepEqual(pending, []);
    assert.equal(fields.length, deals.mirror.fields.length);
  });
});
