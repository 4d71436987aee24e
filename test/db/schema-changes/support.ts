import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { loadFields, markFilled } from '../../../src/db/mirror/module-fields';
import { adaptMirror, wantedFields } from '../../../src/db/schema-changes/adapt-mirror';
import {
  decideSchemaChange,
  listSchemaChanges,
  type SchemaChangeRow,
} from '../../../src/db/schema-changes/schema-changes';
import { mapFields } from '../../../src/domain/mirror/mirror-field';
import { metadata, someMirror, type MirrorUnderTest, type SomeField } from '../mirror/support';

/** Steps of tests with a mirror whose fields change in Zoho. */
export function changing(database: { readonly knex: Knex }) {
  /** As a sync does that has read the fields. */
  function sync({ mirror }: MirrorUnderTest, fields: readonly SomeField[]) {
    return adaptMirror(
      database.knex,
      mirror,
      (known, foreign) =>
        mapFields(metadata(fields), new Map(known.map((field) => [field.fieldId, field.wanted ?? field])), foreign),
      { locking: { lockTimeoutMs: 50, pausesMs: [] } },
    );
  }
  /** As the housekeeping does, without asking Zoho. */
  const keepUp = ({ mirror }: MirrorUnderTest) => adaptMirror(database.knex, mirror, wantedFields);
  const changes = ({ mirror }: MirrorUnderTest) =>
    listSchemaChanges(database.knex, { connectionId: mirror.connectionId }, { limit: 100 });
  const statesOf = async (deals: MirrorUnderTest) =>
    (await changes(deals)).map(({ kind, state }) => `${kind} ${state}`).reverse();
  const mapOf = async ({ mirror }: MirrorUnderTest) =>
    (await loadFields(database.knex, mirror.connectionId, mirror.key)).map(
      ({ apiName, column, type, status }) => `${apiName} ${column} ${type} ${status}`,
    );
  async function only(deals: MirrorUnderTest): Promise<SchemaChangeRow> {
    const [change, ...others] = await changes(deals);
    assert.ok(change && others.length === 0);
    return change;
  }
  async function decide(deals: MirrorUnderTest, decision: 'approve' | 'reject', version?: number): Promise<boolean> {
    const [change] = await changes(deals);
    assert.ok(change);
    const by = { decision, version: version ?? change.version, by: 'Pat', reason: null };
    return database.knex.transaction((trx) => decideSchemaChange(trx, change.id, by));
  }
  async function filled(fields: readonly SomeField[], ...values: (string | null)[]): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex, fields);
    await sync(deals, fields);
    await markFilled(database.knex, deals.mirror.connectionId, deals.mirror.key, deals.mirror.fields, deals.sessionId);
    for (const [at, value] of values.entries()) {
      await database.knex.raw(`insert into ${qualifiedTable(deals.mirror)} (id, visits) values (?, ?)`, [
        at + 1,
        value,
      ]);
    }
    return deals;
  }
  const rowsOf = async ({ mirror }: MirrorUnderTest) => {
    const { rows } = await database.knex.raw<{ rows: Record<string, unknown>[] }>(
      `select * from ${qualifiedTable(mirror)} order by id`,
    );
    return rows.map(({ id: _id, _synced_at, ...row }) => row);
  };
  async function whileRead(deals: MirrorUnderTest, work: () => Promise<unknown>): Promise<void> {
    const reader = await database.knex.transaction();
    await reader.raw(`select from ${qualifiedTable(deals.mirror)}`);
    await work();
    await reader.rollback();
  }

  return { sync, keepUp, changes, statesOf, mapOf, only, decide, filled, rowsOf, whileRead };
}
