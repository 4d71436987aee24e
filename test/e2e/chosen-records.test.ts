import assert from 'node:assert/strict';
import { runPulse } from '../cli/support';
import { assertSame } from '../support/compare';
import type { Org, OrgOptions } from '../support/org';
import { useEngineApi } from '../support/use-engine';

/** More than the overlap with which changes are read; an access token outlives it. */
const A_WHILE_MS = 900_000;

interface Started {
  session: { id: string; sessionType: string };
}

describe('chosen records', function () {
  this.timeout(90_000);
  const api = useEngineApi();

  /** An org whose module is mirrored, and the ids of its first records. */
  async function mirrored(module = 'Contacts', options: OrgOptions = {}) {
    const org = await api().engine.org({ contacts: 300, ...options });
    await org.fullSync(module);
    org.zoho.moveClock({ advance: A_WHILE_MS });
    const rows = await org.engine.query<{ id: string }>(`select id from ${org.table(module)} order by id`);
    org.zoho.clearCalls();
    return { org, ids: rows.map(({ id }) => id) };
  }

  async function refresh(org: Org, module: string, ids: readonly string[]) {
    const { session } = await api().call<Started>('POST', '/syncs/manual', { connection: org.name, module, ids });
    const ended = await org.until(session.id, 'is completed', ({ status }) => status === 'completed');
    return { ended, result: ended.result as Record<string, unknown>, log: (await org.logOf(session.id)).join('\n') };
  }

  it('are read by a hundred a call, and nothing else is asked', async () => {
    const { org, ids } = await mirrored();
    org.zoho.changeRecords('Contacts', { update: ids.slice(0, 250).map((id) => ({ id, Title: 'changed' })) });

    const { ended, result } = await refresh(org, 'Contacts', ids.slice(0, 250));

    assertSame(await org.differences('Contacts'));
    assert.deepEqual([ended.sessionType, result['found'], result['updated']], ['manual_refresh', 250, 250]);
    assert.deepEqual([org.calls(), org.calls('listRecords')], [3, 3]);
  });

  it('of a wide module are read by slices of the fields, not one by one', async () => {
    const org = await api().engine.org({ contacts: 10 });
    org.zoho.addModule({ apiName: 'Wide_Ones', rows: 120, fields: 120 });
    await org.fullSync('Wide_Ones');
    org.zoho.moveClock({ advance: A_WHILE_MS });
    const { updated: ids } = org.zoho.changeRecords('Wide_Ones', {
      update: { count: 100, values: { Name: 'changed' } },
    });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    org.zoho.clearCalls();

    await refresh(org, 'Wide_Ones', ids);

    assertSame(await org.differences('Wide_Ones'));
    assert.deepEqual([org.calls('getRecord'), org.calls('listRecords')], [0, 3]);
  });

  it('leave the mirror when Zoho does not know them', async () => {
    const { org, ids } = await mirrored();
    org.zoho.changeRecords('Contacts', { delete: ids.slice(0, 5) });

    const { result, log } = await refresh(org, 'Contacts', ids.slice(0, 20));

    assertSame(await org.differences('Contacts'));
    assert.deepEqual([result['found'], result['vanished'], result['kept']], [15, 5, 0]);
    assert.match(log, /INFO Zoho has 15 of the 20 records/);
  });

  it('stay when more of the module vanishes at once than may leave unasked, and the session warns', async () => {
    const { org, ids } = await mirrored();
    org.zoho.changeRecords('Contacts', { delete: ids.slice(0, 100) });

    const { result, log } = await refresh(org, 'Contacts', ids.slice(0, 120));

    const left = await org.engine.query(`select from ${org.table('Contacts')}`);
    assert.deepEqual([left.length, result['found'], result['vanished'], result['kept']], [300, 20, 0, 100]);
    assert.match(log, /WARNING .*does not know 100 more, which stay/);
  });

  it('move no watermark', async () => {
    const { org, ids } = await mirrored();
    const mark = () => org.engine.query('select * from sync.watermarks where connection_id = ?', [org.connectionId]);
    const before = await mark();

    await refresh(org, 'Contacts', ids.slice(0, 1));

    assert.deepEqual(await mark(), before);
  });

  it('need a full sync of their module first', async () => {
    const org = await api().engine.org({ contacts: 10 });

    const problem = await api().call<{ code: string }>(
      'POST',
      '/syncs/manual',
      { connection: org.name, module: 'Contacts', ids: ['1'] },
      422,
    );

    assert.equal(problem.code, 'module_not_synced');
  });

  describe('one of them', () => {
    it('is answered as the mirror has it then, with every digit', async () => {
      const { org, ids } = await mirrored('Deals', { deals: 20 });
      const [id = ''] = ids;
      org.zoho.changeRecords('Deals', { update: [{ id, Amount: '1234567890123.45', Stage: 'Closed Won' }] });

      const response = await fetch(`${api().url}/api/v1/mirror/Deals/records/${id}/sync?connection=${org.name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api().key}` },
      });

      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.match(text, /"Amount": ?1234567890123\.45/);
      const record = JSON.parse(text) as Record<string, unknown>;
      assert.deepEqual([record['id'], record['Stage']], [id, 'Closed Won']);
      assert.deepEqual(Object.keys(record['Owner'] as object).toSorted(), ['id', 'name']);
    });

    it('that Zoho does not know is a problem, and no longer in the mirror', async () => {
      const { org, ids } = await mirrored();
      const [id = ''] = ids;
      org.zoho.changeRecords('Contacts', { delete: [id] });

      const path = `/mirror/Contacts/records/${id}/sync?connection=${org.name}`;
      const problem = await api().call<{ code: string }>('POST', path, undefined, 404);

      assert.equal(problem.code, 'record_not_found');
      assertSame(await org.differences('Contacts'));
    });

    it('that takes longer is followed as a session', async () => {
      const { org, ids } = await mirrored();
      const [id = ''] = ids;
      await api().engine.worker.kill();

      const path = `/mirror/Contacts/records/${id}/sync?connection=${org.name}`;
      const { session } = await api().call<Started>('POST', path, undefined, 202);
      await api().engine.worker.start();

      await org.until(session.id, 'is completed', ({ status }) => status === 'completed');
    });
  });

  describe('by the command line', () => {
    const pulse = (...args: string[]) => runPulse(args, { PULSE_API_URL: api().url, PULSE_API_KEY: api().key });

    it('are read and waited for', async () => {
      const { org, ids } = await mirrored();
      org.zoho.changeRecords('Contacts', { update: ids.slice(0, 2).map((id) => ({ id, Title: 'changed' })) });

      const { code, out, err } = await pulse(
        ...['sync', 'manual', 'Contacts', ...ids.slice(0, 2), '--connection', org.name, '--wait'],
      );

      assert.equal(code, 0, err);
      assert.match(out, /^counted +2 in Zoho, 0 unknown to it$/m);
      assertSame(await org.differences('Contacts'));
    });

    it('are shown one by one', async () => {
      const { org, ids } = await mirrored();
      const [id = ''] = ids;
      org.zoho.changeRecords('Contacts', { update: [{ id, Title: 'changed' }] });

      const { code, out, err } = await pulse('mirror', 'sync', 'Contacts', id, '--connection', org.name);

      assert.equal(code, 0, err);
      assert.match(out, /^Title +changed$/m);
    });
  });
});
