import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

describe('rich texts, which lists cut', function () {
  this.timeout(90_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ deals: 0, leads: 0 });
  });

  for (const fields of [3, 60]) {
    it(`are read whole by list pages, of a module of ${fields} other fields`, async () => {
      org.zoho.addModule({ apiName: 'Articles', rows: 130, fields, richText: true });

      const session = await org.fullSync('Articles', { path: 'list' });

      assertSame(await org.differences('Articles'));
      assert.match((await org.logOf(session.id)).join('\n'), /WARNING Lists cut the rich texts of Body/);
    });
  }

  it('stay whole in records that change after an export', async () => {
    org.zoho.addModule({ apiName: 'Articles', rows: 30, fields: 3, richText: true });
    await org.fullSync('Articles', { path: 'bulk' });
    org.zoho.changeRecords('Articles', {
      update: { count: 12, values: { Name: 'renamed' } },
      insert: [
        { Name: 'new', Body: `<p>${'long '.repeat(200)}</p>` },
        { Name: 'newer', Body: null },
      ],
    });

    await org.incrementalSync('Articles');

    assertSame(await org.differences('Articles'));
  });
});
