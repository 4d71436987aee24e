import type { Knex } from 'knex';

/** Stored JSON takes over the names of the code: of a mapped field, and of the position of a page scan. */
export async function up(knex: Knex): Promise<void> {
  await renameFieldKey(knex, 'silent', 'changesWithoutModifiedTime');
  await renameCursorKey(knex, 'crowded', 'usedPageTokens');
}

export async function down(knex: Knex): Promise<void> {
  await renameCursorKey(knex, 'usedPageTokens', 'crowded');
  await renameFieldKey(knex, 'changesWithoutModifiedTime', 'silent');
}

async function renameFieldKey(knex: Knex, from: string, to: string): Promise<void> {
  await knex.raw(
    `update sync.module_fields
     set definition = (definition - :from::text) || jsonb_build_object(:to::text, definition -> :from::text)
     where jsonb_exists(definition, :from)`,
    { from, to },
  );
}

/** Only sessions that still run read their cursors again. */
async function renameCursorKey(knex: Knex, from: string, to: string): Promise<void> {
  await knex.raw(
    `update sync.session_chunks chunk
     set cursor = ((chunk.cursor::jsonb - :from::text)
       || jsonb_build_object(:to::text, chunk.cursor::jsonb -> :from::text))::text
     from sync.crm_sync_sessions session
     where session.id = chunk.session_id and session.status in ('initiated', 'in_progress', 'paused')
       and chunk.cursor like '{%' and jsonb_exists(chunk.cursor::jsonb, :from)`,
    { from, to },
  );
}
