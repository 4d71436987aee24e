import assert from 'node:assert/strict';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { someSession } from '../../db/support';
import { startZohoFront, type ZohoFront } from '../../support/zoho-front';
import { someOrganization, useActivities } from '../support';

interface WholeRecord {
  id: string;
  Body?: string;
}

const MODULE = 'Articles';

describe('a rich text that Zoho does not give whole', () => {
  const fixture = useActivities();
  let front: ZohoFront;
  let answer: (records: WholeRecord[]) => WholeRecord[];
  before(async () => {
    fixture.simulator.control.addModule({ apiName: MODULE, rows: 3, fields: 2, richText: true });
    front = await startZohoFront(fixture.simulator.url, async ({ path }, ask) => {
      if (!path.includes('/actions/fetch_full_data')) return undefined;
      const { data } = JSON.parse((await ask()).toString()) as { data: WholeRecord[] };
      return { body: { data: answer(data) } };
    });
  });
  after(() => front.close());

  async function target(): Promise<SyncTarget> {
    const { id: connectionId } = await someOrganization(fixture.knex, front.url);
    const { id: sessionId } = await someSession(fixture.knex, { connectionId, moduleName: MODULE });
    const at = { connectionId, sessionId, module: MODULE };
    await fixture.run(() => planFullSync(fixture.deps, at));
    return at;
  }

  /** Reads the module by list pages. @returns the texts of the mirror, by id */
  async function bodiesAfterReading(at: SyncTarget, firstChunk: number): Promise<(string | null)[]> {
    const options = { keepSeenIds: false, trackRecords: false, firstLoad: false, compareValues: true };
    await fixture.run(() => readByListPages(fixture.deps, { ...at, ...options, firstChunk }));
    const { rows } = await fixture.knex.raw<{ rows: { body: string | null }[] }>(
      `select body from ${qualifiedTable(await loadMirror(fixture.deps, at))} order by id`,
    );
    return rows.map(({ body }) => body);
  }

  for (const [what, without] of [
    ['its field', (records: WholeRecord[]) => records.map(({ id }) => ({ id }))],
    ['its record', () => []],
  ] as const) {
    it(`stays as the mirror has it where the answer lacks ${what}, and is never the cut one`, async () => {
      const at = await target();
      answer = (records) => records;
      const whole = await bodiesAfterReading(at, 1);
      answer = without;

      const again = await bodiesAfterReading(at, 1_001);

      assert.ok(whole.some((body) => body !== null && body.length > 200));
      assert.deepEqual(again, whole);
    });

    it(`is empty in the mirror of a first reading whose answer lacks ${what}`, async () => {
      answer = without;

      assert.deepEqual(await bodiesAfterReading(await target(), 1), [null, null, null]);
    });
  }
});
