import assert from 'node:assert/strict';
import { down, up } from '../../../src/db/migrations/unreleased/2026-11-27/20261127103000_field_names_in_json';
import { columnNameOf } from '../../../src/domain/mirror/mirror-field';
import { someSession, useDatabase } from '../support';

describe('the migration of names in JSON', () => {
  const database = useDatabase();

  async function stored(): Promise<{ definition: object; cursors: (string | null)[] }> {
    const fields = await database.knex.raw<{ rows: { definition: object }[] }>(
      'select definition from sync.module_fields',
    );
    const chunks = await database.knex.raw<{ rows: { cursor: string | null }[] }>(
      'select cursor from sync.session_chunks order by chunk_number',
    );
    return { definition: fields.rows[0]?.definition ?? {}, cursors: chunks.rows.map(({ cursor }) => cursor) };
  }

  it('renames keys both ways and keeps their values', async () => {
    const { id, connectionId } = await someSession(database.knex);
    const before = { apiName: 'Total', silent: true };
    await database.knex.raw(
      `insert into sync.module_fields (connection_id, module_name, field_id, api_name, column_name, data_type,
         column_type, definition, ordinal)
       values (?, 'Deals', 1, 'Total', ?, 'formula', 'numeric', ?, 1)`,
      [connectionId, columnNameOf('Total'), JSON.stringify(before)],
    );
    for (const [number, cursor] of ['{"token":null,"crowded":true}', null, '{"token":"t"}'].entries()) {
      await database.knex.raw(
        `insert into sync.session_chunks (session_id, chunk_number, kind, status, cursor) values (?, ?, 'delta', 'loaded', ?)`,
        [id, number, cursor],
      );
    }

    await up(database.knex);
    const renamed = await stored();
    await down(database.knex);
    const restored = await stored();

    assert.deepEqual(renamed.definition, { apiName: 'Total', changesWithoutModifiedTime: true });
    assert.deepEqual(JSON.parse(renamed.cursors[0] ?? ''), { token: null, usedPageTokens: true });
    assert.deepEqual(renamed.cursors.slice(1), [null, '{"token":"t"}']);
    assert.deepEqual(restored.definition, before);
    assert.deepEqual(JSON.parse(restored.cursors[0] ?? ''), { token: null, crowded: true });
  });
});
