import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { assertSame } from '../support/compare';
import { asSuperuser } from '../support/postgres';
import { useEngine } from '../support/use-engine';

describe('an engine whose role is no superuser', function () {
  this.timeout(120_000);
  const engine = useEngine({ leastPrivilege: true });

  it('migrates, makes the mirror, fills it and keeps it up to date', async () => {
    const org = await engine().org({ contacts: 60 });

    await org.fullSync('Contacts');
    await org.incrementalSync('Contacts');

    const [role] = await engine().query<object>(
      'select rolsuper, rolcreaterole from pg_roles where rolname = current_user',
    );
    assert.deepEqual(role, { rolsuper: false, rolcreaterole: false });
    assertSame(await org.differences('Contacts'));
  });

  it('runs no function of those who may create triggers on the mirror', async () => {
    const org = await engine().org({ contacts: 20 });
    await org.fullSync('Contacts');
    const analyst = `analyst_${randomBytes(4).toString('hex')}`;
    await asSuperuser(
      engine().databaseUrl,
      `create role ${analyst}`,
      `create schema ${analyst} authorization ${analyst}`,
      `grant usage on schema "${org.schema}" to ${analyst}`,
      `grant all on all tables in schema "${org.schema}" to ${analyst}`,
      `set role ${analyst}`,
      `create function ${analyst}.gain() returns trigger language plpgsql as $$ begin
         execute 'grant all on all tables in schema sync to ${analyst}'; return new; end $$`,
      `create trigger gain before insert or update on ${org.table('Contacts')}
         for each row execute function ${analyst}.gain()`,
    );

    const refused = await org.waitFor(await org.startFullSync('Contacts'), 'failed');

    assert.match(refused.errorMessage ?? '', new RegExp(`trigger gain.*${analyst}.*Drop the trigger`));
    const [gained] = await engine().query<{ may: boolean }>(
      `select has_table_privilege('${analyst}', 'sync.api_keys', 'insert') as may`,
    );
    assert.equal(gained?.may, false);
  });

  it('goes on beside a trigger whose function runs as its owner', async () => {
    const org = await engine().org({ contacts: 20 });
    await org.fullSync('Contacts');
    const watcher = `watcher_${randomBytes(4).toString('hex')}`;
    await asSuperuser(
      engine().databaseUrl,
      `create role ${watcher}`,
      `create schema ${watcher} authorization ${watcher}`,
      `grant trigger on ${org.table('Contacts')} to ${watcher}`,
      `grant usage on schema "${org.schema}" to ${watcher}`,
      `set role ${watcher}`,
      `create function ${watcher}.watch() returns trigger language plpgsql security definer as $$ begin return new; end $$`,
      `create trigger watch before insert or update on ${org.table('Contacts')}
         for each row execute function ${watcher}.watch()`,
    );

    await org.fullSync('Contacts');
  });
});
