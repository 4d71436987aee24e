import assert from 'node:assert/strict';
import { useDatabase } from '../../support';
import { loadCsv, loadRecords, rowsOf, someMirror, type MirrorUnderTest } from '../support';

const CHOICES = ['Red', 'Blue, light', 'a "b"'];

describe('a list whose column stays a text', () => {
  const database = useDatabase();

  /** A mirror whose pick list became a multi-select one: a text is not narrowed to a list. */
  async function textMirror(): Promise<MirrorUnderTest> {
    const made = await someMirror(database.knex, [
      { apiName: 'Colours', dataType: 'text' },
      { apiName: 'Tag_Names', dataType: 'text' },
    ]);
    const shapes = ['choices', 'tags'] as const;
    const fields = made.mirror.fields.map((field, index) => ({ ...field, shape: shapes[index]!, choices: CHOICES }));
    return { ...made, mirror: { ...made.mirror, fields } };
  }

  it('is the same text by page and by export', async () => {
    const byPage = await textMirror();
    const byExport = await textMirror();

    await loadRecords(byPage, [
      { id: '1', Colours: ['Red', 'Blue, light'], Tag_Names: [{ id: '7', name: 'VIP' }, { name: 'New' }] },
      { id: '2', Colours: ['a "b"'], Tag_Names: [] },
    ]);
    await loadCsv(byExport, ['Id,Colours,Tag_Names', '1,"Red;Blue, light","VIP,New"', '2,"a ""b""",']);

    assert.deepEqual(await rowsOf(byExport), await rowsOf(byPage));
    assert.deepEqual(await rowsOf(byPage), [
      { id: '1', colours: '["Red","Blue, light"]', tag_names: '["VIP","New"]' },
      { id: '2', colours: '["a \\"b\\""]', tag_names: null },
    ]);
  });
});
