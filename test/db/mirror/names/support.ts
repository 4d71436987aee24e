import type { Knex } from 'knex';
import { prepareMirrorTable } from '../../../../src/db/mirror/mirror-table';
import { claimMirror } from '../../../../src/db/mirror/mirrors';
import { saveFields } from '../../../../src/db/mirror/module-fields';
import { mapFields } from '../../../../src/domain/mirror/mirror-field';
import { someSession } from '../../support';
import { ACCOUNT, metadata, MODIFIED, NAME, OWNER, someMirror, type MirrorUnderTest, type SomeField } from '../support';

const ACCOUNT_NAME: SomeField = { apiName: 'Account_Name', dataType: 'text' };

/** Another module of a connection, with its mirror, as its sessions have left it. */
async function anotherMirror(
  { knex, mirror: { connectionId, schema } }: MirrorUnderTest,
  module: string,
  fields: readonly SomeField[],
): Promise<MirrorUnderTest> {
  const { key, table } = await claimMirror(knex, connectionId, { id: '554023000000000002', apiName: module });
  const mirror = { connectionId, key, module, schema, table, fields: mapFields(metadata(fields)) };
  await prepareMirrorTable(knex, mirror);
  const session = await someSession(knex, { connectionId, moduleName: module });
  return { knex, mirror, sessionId: session.id };
}

/** Makes what is known of a mirror what it is after a full sync. */
export async function synced({ knex, mirror }: MirrorUnderTest, age = '1 minute'): Promise<void> {
  const { connectionId, key, fields } = mirror;
  await saveFields(knex, connectionId, key, fields);
  await knex.raw(
    `insert into sync.watermarks (connection_id, module_name, complete_until, updated_at)
     values (:connectionId, :key, now(), now() - :age::interval)
     on conflict (connection_id, module_name) do update set updated_at = excluded.updated_at`,
    { connectionId, key, age },
  );
  await knex.raw('update sync.mirrors set names_checked_at = now() where connection_id = ? and key = ?', [
    connectionId,
    key,
  ]);
}

/** Deals and the accounts that they point to, both synced. */
export async function dealsOfAccounts(knex: Knex): Promise<{ accounts: MirrorUnderTest; deals: MirrorUnderTest }> {
  const deals = await someMirror(knex, [NAME, ACCOUNT, OWNER, MODIFIED]);
  const accounts = await anotherMirror(deals, 'Accounts', [ACCOUNT_NAME, MODIFIED]);
  await synced(deals);
  await synced(accounts);
  return { accounts, deals };
}
