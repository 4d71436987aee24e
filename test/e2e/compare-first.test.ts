import assert from 'node:assert/strict';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import type { FullSyncPlan } from '../../src/temporal/contract/results';
import type { SyncResult } from '../../src/temporal/contract/sync-messages';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const A_WHILE_MS = 900_000;

describe('a full sync that compares times', function () {
  this.timeout(120_000);
  const engine = useEngine();

  const compare = (org: Org) => org.fullSync('Deals', { path: 'bulk', compare: 'times' });
  const planOf = ({ plan }: SyncSessionModel) => plan as unknown as FullSyncPlan;
  const refetches = (org: Org) => org.calls('listRecords');

  async function mirrored(deals = 500): Promise<Org> {
    const org = await engine().org({ deals });
    await org.fullSync('Deals', { path: 'list' });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    return org;
  }

  it('exports ids, times and what changes without them, and asks for the records that differ', async () => {
    const org = await mirrored();
    await engine().knex.raw(`
      delete from ${org.table('Deals')} where id in (select id from ${org.table('Deals')} order by id limit 3);
      update ${org.table('Deals')} set modified_time = modified_time - interval '1 hour', stage = 'stale'
        where id in (select id from ${org.table('Deals')} order by id desc limit 4);
    `);
    const before = refetches(org);

    const session = await compare(org);

    assertSame(await org.differences('Deals'));
    assert.ok(planOf(session).fields >= 40);
    assert.ok((planOf(session).comparedFields ?? []).length < 5, String(planOf(session).comparedFields));
    // One call for the seven, one for the changes since the start.
    assert.ok(refetches(org) - before <= 3, `${refetches(org) - before} calls`);
    assert.match((await org.logOf(session.id)).join('\n'), /7 records differed and were asked for\./);
    assert.match(
      (await org.logOf(session.id)).join('\n'),
      /Compared ids and times of 500 rows; every value not yet\. Differed: 3 missing, 4 stale; 7 repaired\./,
    );
  });

  it('removes what Zoho no longer has, and brings what it has anew', async () => {
    const org = await mirrored();
    org.zoho.changeRecords('Deals', {
      insert: { count: 5 },
      delete: { count: 4 },
      update: { count: 6, values: { Stage: 'Qualification' } },
    });

    const { result } = await compare(org);

    assertSame(await org.differences('Deals'));
    const { deleted, findings } = result as unknown as SyncResult;
    assert.equal(deleted, 4);
    assert.deepEqual(
      [findings?.explained, findings?.repaired, findings?.drift],
      [11, 0, 0],
      'What came since the watermark is no drift.',
    );
  });

  it('writes values that change without the time from the export alone', async () => {
    const org = await mirrored();
    const { comparedFields = [] } = planOf(await compare(org));
    const [formula] = comparedFields;
    assert.ok(formula);
    await engine().knex.raw(`update ${org.table('Deals')} set ${formula.toLowerCase()} = null`);
    const before = refetches(org);

    await compare(org);

    assertSame(await org.differences('Deals'));
    assert.ok(refetches(org) - before <= 1);
  });

  it('reads a field whole that no full sync has read yet', async () => {
    const org = await mirrored();
    await engine().knex.raw(
      `update sync.module_fields set filled = false where connection_id = ? and api_name = 'Stage'`,
      [org.connectionId],
    );
    await engine().knex.raw(`update ${org.table('Deals')} set stage = null`);

    const session = await compare(org);

    assert.ok(planOf(session).comparedFields?.includes('Stage'));
    assertSame(await org.differences('Deals'));
  });

  it('reads the whole module where asking for each record that differs would cost more', async () => {
    const org = await mirrored(10_000);
    await engine().knex.raw(
      `update ${org.table('Deals')} set modified_time = modified_time - interval '1 hour', stage = 'stale'`,
    );

    const session = await compare(org);

    assertSame(await org.differences('Deals'));
    assert.match((await org.logOf(session.id)).join('\n'), /10000 records differ, .* The module is read once more\./);
    assert.ok(refetches(org) < 60);
  });
});
