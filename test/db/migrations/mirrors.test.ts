import assert from 'node:assert/strict';
import { down, up } from '../../../src/db/migrations/unreleased/2026-11-27/20261127143000_mirrors';
import * as notificationChannels from '../../../src/db/migrations/unreleased/2026-11-28/20261128073600_notification_channels';
import * as notificationInbox from '../../../src/db/migrations/unreleased/2026-11-28/20261128073700_notification_inbox';
import * as comparisons from '../../../src/db/migrations/unreleased/2026-11-28/20261128100500_comparisons';
import * as approvals from '../../../src/db/migrations/unreleased/2026-11-28/20261128102000_approvals';
import * as namesOfRecords from '../../../src/db/migrations/unreleased/2026-11-28/20261128132800_names_of_records';
import * as schemaChanges from '../../../src/db/migrations/unreleased/2026-11-28b/20261128132500_schema_changes';
import { someConnection, useDatabase } from '../support';

describe('the migration to mirrors', () => {
  const database = useDatabase();

  async function known(connectionId: string, module: string, completeUntil: string, updatedAt: string): Promise<void> {
    await database.knex.raw(
      `insert into sync.module_fields (connection_id, module_name, field_id, api_name, column_name, data_type,
         column_type, definition, ordinal)
       values (?, ?, 1, 'Name', 'name', 'text', 'text', '{}', 1)`,
      [connectionId, module],
    );
    await database.knex.raw(
      `insert into sync.watermarks (connection_id, module_name, complete_until, updated_at) values (?, ?, ?, ?)`,
      [connectionId, module, completeUntil, updatedAt],
    );
    await database.knex.raw(
      `insert into sync.tombstones (connection_id, module_name, record_id, deleted_at, reason)
       values (?, ?, 7, ?, 'recycle')`,
      [connectionId, module, completeUntil],
    );
  }

  it('joins spellings, tells modules apart that shared a table, and can be taken back', async () => {
    const { id, mirrorSchema } = await someConnection(database.knex);
    await database.knex.raw(
      `create schema ${mirrorSchema}; create table ${mirrorSchema}.deals (id bigint primary key)`,
    );
    await known(id, 'deals', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z');
    await known(id, 'Deals', '2026-11-02T00:00:00Z', '2026-11-02T00:00:00Z');
    await known(id, 'Site_Visits', '2026-11-03T00:00:00Z', '2026-11-03T00:00:00Z');
    await known(id, 'SiteVisits', '2026-11-04T00:00:00Z', '2026-11-04T00:00:00Z');
    // These were built upon it later.
    await schemaChanges.down(database.knex);
    await namesOfRecords.down(database.knex);
    await comparisons.down(database.knex);
    await approvals.down(database.knex);
    await notificationInbox.down(database.knex);
    await notificationChannels.down(database.knex);
    await database.knex.raw('drop table sync.mirrors');

    await up(database.knex);

    const mirrors = await database.knex.raw<{ rows: object[] }>(
      `select key, api_name, table_name, table_made_at is not null as made, module_id from sync.mirrors order by key collate "C"`,
    );
    assert.deepEqual(mirrors.rows, [
      { key: 'Deals', api_name: 'Deals', table_name: 'deals', made: true, module_id: null },
      { key: 'SiteVisits', api_name: 'SiteVisits', table_name: 'site_visits', made: false, module_id: null },
      { key: 'Site_Visits', api_name: 'Site_Visits', table_name: 'site_visits_2', made: false, module_id: null },
    ]);
    const marks = await database.knex.raw<{ rows: { module: string; until: Date }[] }>(
      `select module_name as module, complete_until as until from sync.watermarks order by module_name collate "C"`,
    );
    assert.deepEqual(
      marks.rows.map(({ module, until }) => [module, until.toISOString().slice(0, 10)]),
      [
        ['Deals', '2026-11-01'],
        ['SiteVisits', '2026-11-04'],
      ],
    );
    const tombstones = await database.knex.raw<{ rows: { module: string; deleted: Date }[] }>(
      `select module_name as module, deleted_at as deleted from sync.tombstones order by module_name collate "C"`,
    );
    assert.deepEqual(
      tombstones.rows.map(({ module, deleted }) => [module, deleted.toISOString().slice(0, 10)]),
      [
        ['Deals', '2026-11-02'],
        ['SiteVisits', '2026-11-04'],
        ['Site_Visits', '2026-11-03'],
      ],
    );

    await down(database.knex);
    const gone = await database.knex.raw<{ rows: { mirrors: string | null }[] }>(
      `select to_regclass('sync.mirrors') as mirrors`,
    );
    assert.equal(gone.rows[0]?.mirrors, null);
  });
});
