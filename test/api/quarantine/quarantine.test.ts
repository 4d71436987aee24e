import assert from 'node:assert/strict';
import type { QuarantineDetailsAnswer, QuarantineEntryAnswer } from '../../../src/api/quarantine/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { pulse } from '../../cli/support';
import { someConnection } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

const PATH = '/api/v1/quarantine';

describe('records in quarantine, by the API and at the command line', () => {
  const api = useApi(() => NO_TEMPORAL);
  let org = { id: '', name: '' };
  beforeEach(async () => {
    org = await someConnection(api.knex);
    for (const record of ['11', '12', '13']) {
      await api.knex('sync.quarantine').insert({
        connection_id: org.id,
        module_name: 'Deals',
        record_id: record,
        status: record === '13' ? 'closed' : 'open',
        field: 'amount',
        reason: 'The value does not fit numeric.',
        fields: JSON.stringify([{ field: 'amount', reason: 'The value does not fit numeric.', type: 'numeric' }]),
        raw_data: JSON.stringify({ amount: 'a confidential amount' }),
        read_at: new Date(),
        next_retry_at: new Date(),
      });
    }
  });

  const list = async (query = ''): Promise<QuarantineEntryAnswer[]> => {
    const { body } = await api.call('GET', `${PATH}?connection=${org.name}${query}`, { as: 'viewer' });
    return (body as { entries: QuarantineEntryAnswer[] }).entries;
  };
  const command = (record: string, action: string, as: 'viewer' | 'operator' = 'operator') =>
    api.call('POST', `${PATH}/Deals/${record}/${action}?connection=${org.name}`, { as, json: { reason: 'known' } });

  it('are listed with their columns, without values, closed ones only on request', async () => {
    const entries = await list();

    assert.deepEqual(
      entries.map(({ recordId, status, fields }) => [recordId, status, fields[0]?.field]),
      [
        ['11', 'open', 'amount'],
        ['12', 'open', 'amount'],
      ],
    );
    assert.ok(!JSON.stringify(entries).includes('confidential'));
    assert.deepEqual(
      (await list('&status=closed&module=Deals')).map(({ recordId }) => recordId),
      ['13'],
    );
    assert.deepEqual(await list('&module=Leads'), []);
  });

  it('come page by page', async () => {
    const path = `${PATH}?connection=${org.name}&limit=1`;
    const { entries, nextCursor } = (await api.call('GET', path)).body as {
      entries: QuarantineEntryAnswer[];
      nextCursor: string;
    };
    const next = (await api.call('GET', `${path}&cursor=${nextCursor}`)).body as { entries: QuarantineEntryAnswer[] };

    assert.deepEqual([entries[0]?.recordId, next.entries[0]?.recordId], ['11', '12']);
  });

  it('can be ignored and opened again, each time with an audit entry', async () => {
    const ignored = (await command('11', 'ignore')).body as { entry: QuarantineEntryAnswer };
    const again = await command('11', 'ignore');
    const reopened = (await command('11', 'reopen')).body as { entry: QuarantineEntryAnswer };

    assert.deepEqual([ignored.entry.status, ignored.entry.nextRetryAt, again.status], ['ignored', null, 200]);
    assert.equal(reopened.entry.status, 'open');
    assert.ok(reopened.entry.nextRetryAt);
    const audited = await listAuditEntries(api.knex, { target: `${org.name}/Deals/11` }, 10);
    assert.deepEqual(
      audited.map(({ action, outcome }) => `${action} ${outcome}`),
      ['quarantine.reopen succeeded', 'quarantine.ignore succeeded', 'quarantine.ignore succeeded'],
    );
  });

  it('are asked for again on request, by the inbox of what Zoho tells, with an audit entry', async () => {
    await claimMirror(api.knex, org.id, { id: '1', apiName: 'Deals' });

    const retried = (await command('11', 'retry')).body as { entry: QuarantineEntryAnswer };

    assert.deepEqual([retried.entry.recordId, retried.entry.status], ['11', 'open']);
    const noted = await api
      .knex('sync.notification_inbox as i')
      .join('sync.mirrors as m', 'm.id', 'i.mirror_id')
      .where('m.connection_id', org.id)
      .pluck<string[]>('i.record_id');
    assert.deepEqual(noted, ['11']);
    const [audited] = await listAuditEntries(api.knex, { target: `${org.name}/Deals/11` }, 10);
    assert.equal(audited?.action, 'quarantine.retry');
  });

  it('are of the module that Zoho calls so, whatever the books do', async () => {
    await claimMirror(api.knex, org.id, { id: '1', apiName: 'Deals' });
    await api.knex.raw(`update sync.mirrors set api_name = 'Opportunities' where connection_id = ?`, [org.id]);

    const renamed = await list('&module=Opportunities');

    assert.deepEqual(
      renamed.map(({ module, recordId }) => [module, recordId]),
      [
        ['Opportunities', '11'],
        ['Opportunities', '12'],
      ],
    );
    assert.deepEqual(await list('&module=Deals'), []);
  });

  it('cannot be ignored when they are not there, or by a viewer', async () => {
    const answers = [
      await command('99', 'ignore'),
      await command('13', 'ignore'),
      await command('11', 'ignore', 'viewer'),
      await api.call('GET', `${PATH}/Deals/99?connection=${org.name}`),
    ];

    assert.deepEqual(
      answers.map(({ body }) => (body as { code: string }).code),
      ['quarantine_entry_not_found', 'quarantine_entry_not_found', 'forbidden', 'quarantine_entry_not_found'],
    );
  });

  it('are listed, ignored and opened again by pulse', async () => {
    const run = (...args: string[]) => pulse(api, ['quarantine', ...args, '--connection', org.name]);

    const ignored = await run('ignore', 'Deals', '11', '--reason', 'known');
    const listed = await run('list', '--status', 'ignored');
    const reopened = await run('reopen', 'Deals', '11');
    const retried = await run('retry', 'Deals', '11');

    assert.deepEqual([ignored.code, listed.code, reopened.code, retried.code], [0, 0, 0, 0], ignored.err);
    assert.match(listed.out, /Deals +11 +ignored .*amount: The value does not fit numeric\./);
    assert.doesNotMatch(listed.out, /Deals +12/);
    assert.match(reopened.out, / open /);
  });

  it('are shown one by one with what to do, and with the values that do not fit to operators', async () => {
    const show = async (as: 'viewer' | 'operator', record = '11') =>
      (await api.call('GET', `${PATH}/Deals/${record}?connection=${org.name}`, { as })).body as {
        entry: QuarantineDetailsAnswer;
      };

    const { entry } = await show('operator');
    const shown = await pulse(api, ['quarantine', 'show', 'Deals', '11', '--connection', org.name]);

    assert.deepEqual(entry.values, [{ field: 'amount', type: 'numeric', value: 'a confidential amount' }]);
    assert.match(entry.whatToDo, /Correct the values in Zoho/);
    assert.deepEqual(
      [(await show('viewer')).entry.values, (await show('viewer', '13')).entry.status],
      [null, 'closed'],
    );
    assert.match(shown.out, /what to do +Correct the values/);
  });
});
