import assert from 'node:assert/strict';
import { mergeStaged } from '../../../../src/db/mirror/load/merge';
import { jsonLayout } from '../../../../src/db/mirror/load/staged-column';
import { createStaging, STAGING } from '../../../../src/db/mirror/load/staging';
import { withRawTransaction } from '../../../../src/db/postgres/raw-connection';
import { useDatabase } from '../../support';
import { LATER, nextChunk, someMirror } from '../support';

describe('the plan of a merge', () => {
  const database = useDatabase();

  /** PostgreSQL's setting after a merge of so many rows, in its transaction. */
  async function nestedLoopsAfter(rows: number): Promise<unknown> {
    const { knex, mirror, sessionId } = await someMirror(database.knex);
    const layout = jsonLayout(mirror, mirror.fields);
    const instructions = {
      sessionId,
      chunkNumber: nextChunk(),
      asOf: LATER,
      compareValues: false,
      trackRecords: false,
    };
    return withRawTransaction(knex, async (client) => {
      await createStaging(client, layout, false);
      await client.query(`insert into ${STAGING} (id) select generate_series(1, ${rows})`);
      await mergeStaged(client, mirror, layout, instructions);
      const shown = await client.query<{ enable_nestloop: string }>('show enable_nestloop');
      return shown.rows[0]?.enable_nestloop;
    });
  }

  it('may look up 5,000 rows one by one, and joins more by sets', async () => {
    assert.equal(await nestedLoopsAfter(5_000), 'on');
    assert.equal(await nestedLoopsAfter(5_001), 'off');
  });
});
