import assert from 'node:assert/strict';
import { settleRenamedChoices } from '../../../src/db/mirror/renamed-choices';
import { useDatabase } from '../support';
import { loadCsv, loadRecords, LATER, MODIFIED, rowsOf, someMirror, type MirrorUnderTest } from './support';

const RENAMED = { Won: 'Closed Won', 'Won, late': 'Closed: late' };
const STAGE = { apiName: 'Stage', dataType: 'picklist' };
const REASONS = {
  apiName: 'Reasons',
  dataType: 'multiselectpicklist',
  choices: ['Closed Won', 'Closed: late', 'Price'],
};
const MODIFIED_AT = '2026-11-20T10:00:00Z';

describe('a choice that is shown under another name', () => {
  const database = useDatabase();

  const pipeline = (renamedChoices?: Record<string, string>): Promise<MirrorUnderTest> =>
    someMirror(database.knex, [{ ...STAGE, renamedChoices }, { ...REASONS, renamedChoices }, MODIFIED]);
  const record = (id: string, stage: string, reasons: string[]) => ({
    id,
    Stage: stage,
    Reasons: reasons,
    Modified_Time: MODIFIED_AT,
  });
  const shown = [
    record('1', 'Won', ['Price', 'Won, late']),
    record('2', 'Price', []),
    record('3', 'Closed Won', ['Won']),
  ];
  const header = 'Id,Stage,Reasons,Modified_Time';
  const exported = [
    header,
    `1,Won,"Price;Won, late",${MODIFIED_AT}`,
    `2,Price,,${MODIFIED_AT}`,
    `3,Closed Won,Won,${MODIFIED_AT}`,
  ];
  const actual = [
    ['Closed Won', ['Price', 'Closed: late']],
    ['Price', null],
    ['Closed Won', ['Closed Won']],
  ];
  const choices = async (mirror: MirrorUnderTest) =>
    (await rowsOf(mirror)).map(({ stage, reasons }) => [stage, reasons]);

  for (const firstLoad of [true, false]) {
    const when = firstLoad ? 'on a first load' : 'into a mirror that may have rows';
    it(`has its actual value by pages, ${when}`, async () => {
      const mirror = await pipeline(RENAMED);
      await loadRecords(mirror, shown, { firstLoad });
      assert.deepEqual(await choices(mirror), actual);
    });

    it(`has its actual value by an export, ${when}`, async () => {
      const mirror = await pipeline(RENAMED);
      await loadCsv(mirror, exported, { firstLoad });
      assert.deepEqual(await choices(mirror), actual);
    });
  }

  it('is no change, by whichever of its names a later read shows it', async () => {
    const mirror = await pipeline(RENAMED);
    await loadRecords(mirror, shown);

    const names = await loadCsv(mirror, exported, { asOf: LATER, compareValues: true });
    const values = await loadRecords(
      mirror,
      [record('1', 'Closed Won', ['Price', 'Closed: late']), record('3', 'Won', ['Closed Won'])],
      { asOf: LATER, compareValues: true },
    );

    assert.deepEqual([names.updated, values.updated], [0, 0]);
  });

  it('gets its actual value where its name was read before it was known as one', async () => {
    const mirror = await pipeline();
    await loadRecords(mirror, shown);
    const earlier = new Map(mirror.mirror.fields.map((field) => [field.fieldId, field]));
    const fields = mirror.mirror.fields.map((field) => ({ ...field, renamedChoices: RENAMED }));

    await settleRenamedChoices(database.knex, { ...mirror.mirror, fields }, earlier);

    assert.deepEqual(await choices(mirror), actual);
    const late = { ...mirror, mirror: { ...mirror.mirror, layout: 0 } };
    await assert.rejects(loadRecords(late, shown, { compareValues: true }), { name: 'LayoutChanged' });
  });
});
