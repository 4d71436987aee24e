import assert from 'node:assert/strict';
import { type Answer } from './support';
import { statuses, useSwitches } from './switch-bed';

const NEVER_GIVEN_OUT = '5500000103999999999';
const FIRST_DEAL = '5500000103100001001';
const SECOND_DEAL = '5500000103100001004';

describe('simulator: switches of record writes', () => {
  const { bed, both, flip, write } = useSwitches();

  it('mixedWriteStatus', async () => {
    const mixed = (): Promise<Answer> => write([{ id: FIRST_DEAL, Stage: 'Closed Won' }, { id: NEVER_GIVEN_OUT }]);

    const [usual, ok] = await both({ mixedWriteStatus: 200 }, mixed);
    flip({ mixedWriteStatus: 202 });

    assert.deepEqual(statuses([usual, ok, await mixed()]), [207, 200, 202]);
  });

  it('unmodifiedSinceScope', async () => {
    const { data = [] } = (await write([{ id: FIRST_DEAL, Amount: 1 }])).body;
    const changed = Date.parse(String(data[0]?.details['Modified_Time']));
    const headers = { 'If-Unmodified-Since': new Date(changed - 60_000).toISOString().replace('.000Z', '+00:00') };
    const records = [
      { id: FIRST_DEAL, Amount: 2 },
      { id: SECOND_DEAL, Amount: 2 },
    ];

    const [call, record] = await both({ unmodifiedSinceScope: 'record' }, () => write(records, headers));

    assert.deepEqual(statuses([call, record]), [412, 207]);
    assert.deepEqual(
      record.body.data?.map(({ code }) => code),
      ['ALREADY_MODIFIED', 'SUCCESS'],
    );
  });

  it('upsertSeveralMatches', async () => {
    const stage = { Stage: 'Qualification' };
    const { inserted } = bed().simulator.control.changeRecords('Deals', {
      insert: [
        { Deal_Name: 'Twin', ...stage },
        { Deal_Name: 'Twin', ...stage },
      ],
    });
    const upsert = async (): Promise<unknown> => {
      const json = { data: [{ Deal_Name: 'Twin', ...stage }], duplicate_check_fields: ['Deal_Name'] };
      const [item] = (await bed().call('/crm/v8/Deals/upsert', { method: 'POST', json })).body.data ?? [];
      return item?.code === 'SUCCESS' ? item.details.id : item?.code;
    };

    const oldest = await upsert();
    flip({ upsertSeveralMatches: 'newest' });
    const newest = await upsert();
    flip({ upsertSeveralMatches: 'refuse' });

    assert.deepEqual([oldest, newest, await upsert()], [inserted[0], inserted[1], 'DUPLICATE_DATA']);
  });

  it('upsertLagMs', async () => {
    const upsert = async (): Promise<unknown> => {
      const json = { data: [{ Deal_Name: 'Race', Stage: 'Qualification' }], duplicate_check_fields: ['Deal_Name'] };
      return (await bed().call('/crm/v8/Deals/upsert', { method: 'POST', json })).body.data?.[0]?.['action'];
    };
    flip({ upsertLagMs: 60_000 });

    const racing = [await upsert(), await upsert()];
    bed().simulator.control.moveClock({ advance: 61_000 });

    assert.deepEqual([...racing, await upsert()], ['insert', 'insert', 'update']);
  });

  it('upsertCheckFields: only what tells records apart, or any field', async () => {
    const json = { data: [{ Deal_Name: 'Twin', Stage: 'Qualification' }], duplicate_check_fields: ['Next_Step'] };
    const answers = await both({ upsertCheckFields: 'any' }, () =>
      bed().call('/crm/v8/Deals/upsert', { method: 'POST', json }),
    );

    assert.deepEqual(statuses(answers), [400, 200]);
    assert.deepEqual(
      [answers[0].body.code, answers[0].body.details?.['json_path']],
      ['INVALID_DATA', '$.duplicate_check_fields[0]'],
    );
  });

  it('readOnlyFields', async () => {
    const answers = await both({ readOnlyFields: 'refuse' }, () =>
      write([{ id: FIRST_DEAL, Created_Time: '2020-01-01T00:00:00+00:00' }]),
    );

    assert.deepEqual(statuses(answers), [200, 400]);
  });

  it('trimTexts', async () => {
    const nameAfter = async (): Promise<unknown> => {
      await write([{ id: FIRST_DEAL, Deal_Name: ' roomy ' }]);
      return (await bed().call(`/crm/v8/Deals/${FIRST_DEAL}`)).body.data?.[0]?.['Deal_Name'];
    };

    const kept = await nameAfter();
    flip({ trimTexts: true });

    assert.deepEqual([kept, await nameAfter()], [' roomy ', 'roomy']);
  });

  const rename = { module: 'Deals', field: 'Stage', actual_value: 'Closed Won', display_value: 'Gewonnen' };

  it('picklistValue', async () => {
    await write([{ id: FIRST_DEAL, Stage: 'Closed Won' }]);
    await bed().call('/__simulator/picklists', { method: 'POST', json: rename });
    const stages = async (): Promise<Set<unknown>> =>
      new Set((await bed().call('/crm/v8/Deals?fields=Stage&sort_order=asc')).body.data?.map(({ Stage }) => Stage));

    const actual = await stages();
    flip({ picklistValue: 'display' });
    const displayed = await stages();
    const metadata = await bed().call('/crm/v8/settings/fields?module=Deals');

    assert.deepEqual([actual.has('Closed Won'), actual.has('Gewonnen')], [true, false]);
    assert.deepEqual([displayed.has('Closed Won'), displayed.has('Gewonnen')], [false, true]);
    assert.match(metadata.text, /"display_value":"Gewonnen"[^}]*"actual_value":"Closed Won"/);
  });

  it('modifiedByPicklistRename', async () => {
    const modified = async (): Promise<unknown> =>
      (await bed().call(`/crm/v8/Deals/${FIRST_DEAL}`)).body.data?.[0]?.['Modified_Time'];
    await write([{ id: FIRST_DEAL, Stage: 'Closed Won' }]);
    const before = await modified();
    bed().simulator.control.moveClock({ advance: 10_000 });

    bed().simulator.control.renameChoice(rename);
    const kept = await modified();
    flip({ modifiedByPicklistRename: true });
    bed().simulator.control.renameChoice({ ...rename, display_value: 'Gewonnen!' });

    assert.equal(kept, before);
    assert.notEqual(await modified(), before);
  });
});
