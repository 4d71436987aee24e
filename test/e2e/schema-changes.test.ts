import assert from 'node:assert/strict';
import {
  decideSchemaChange,
  listSchemaChanges,
  type SchemaChangeRow,
} from '../../src/db/schema-changes/schema-changes';
import { assertSame } from '../support/compare';
import { housekeep } from '../support/housekeeping';
import { addField, fillNewColumns, noticeFields } from '../support/new-fields';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const A_WHILE_MS = 900_000;
const HOUR_MS = 3_600_000;

describe('fields that change in Zoho', function () {
  this.timeout(120_000);
  const engine = useEngine();

  async function mirrored(): Promise<Org> {
    const org = await engine().org({ contacts: 500 });
    await org.fullSync('Contacts', { path: 'list' });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    return org;
  }
  const changesOf = ({ connectionId }: Org): Promise<SchemaChangeRow[]> =>
    listSchemaChanges(engine().knex, { connectionId }, { limit: 10 });

  it('bring a new field with the values that unmodified records have, at the least price', async () => {
    const org = await mirrored();
    await addField(org, 'Contacts', { field_label: 'Region', data_type: 'text', length: 50 });
    org.zoho.changeRecords('Contacts', { update: { count: 100, values: { Region: 'North' } }, silent: true });

    await org.incrementalSync('Contacts');
    const before = org.calls('queryRecords');
    await fillNewColumns(org, 'Contacts', ['Region']);

    assertSame(await org.differences('Contacts'));
    assert.equal(org.calls('queryRecords') - before, 1);
    const [added] = await changesOf(org);
    assert.deepEqual([added?.kind, added?.state, added?.after?.column], ['field_added', 'applied', 'region']);
  });

  it('leave a full sync under way alone, which reads them by the new columns', async () => {
    const org = await engine().org({ contacts: 500, bulkJobMs: HOUR_MS });
    await org.fullSync('Contacts', { path: 'list' });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'waits for its job', () => org.calls('getBulkRead') > 0);

    await addField(org, 'Contacts', { field_label: 'Region', data_type: 'text', length: 50 });
    org.zoho.changeRecords('Contacts', { update: { count: 50, values: { Region: 'South' } }, silent: true });
    await engine().knex.raw(`alter table ${org.table('Contacts')} alter column mailing_city type varchar(200)`);
    await org.incrementalSync('Contacts');
    org.zoho.moveClock({ advance: HOUR_MS });
    await org.waitFor(sessionId, 'completed');
    await fillNewColumns(org, 'Contacts', ['Region']);

    assertSame(await org.differences('Contacts'));
    assert.deepEqual((await changesOf(org)).map(({ kind, state }) => `${kind} ${state}`).sort(), [
      'field_added applied',
      'type_wider applied',
    ]);
  });

  it('keep a column whose type would become narrower until somebody approves', async () => {
    const org = await mirrored();
    await engine().knex.raw(`alter table ${org.table('Contacts')} alter column date_of_birth type text`);
    await noticeFields(org, 'Contacts');
    await org.incrementalSync('Contacts');
    const [waiting] = await changesOf(org);
    assert.ok(waiting);
    assert.deepEqual([waiting.kind, waiting.state, waiting.plan.misfits], ['type_other', 'waiting', 0]);

    await engine().knex.transaction((trx) =>
      decideSchemaChange(trx, waiting.id, { decision: 'approve', version: waiting.version, by: 'Pat', reason: null }),
    );
    await housekeep(engine(), 'applySchemaChanges');

    assert.deepEqual(
      (await changesOf(org)).map(({ state }) => state),
      ['applied'],
    );
    await fillNewColumns(org, 'Contacts', ['Date_of_Birth']);
    await org.incrementalSync('Contacts');
    assertSame(await org.differences('Contacts'));
  });
});
