import assert from 'node:assert/strict';
import { weighRemovals } from '../../../src/db/approvals/guard-removals';
import { noteHeldRows } from '../../../src/db/comparisons/differences';
import { saveVerification } from '../../../src/db/comparisons/verifications';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { ALL_CHUNKS } from '../../../src/domain/runs/chunk-numbers';
import { someMirror } from '../mirror/support';
import { useDatabase } from '../support';

describe('rows whose removal a person decides', () => {
  const database = useDatabase();

  it('are differences of a comparison that are held', async () => {
    const { knex, mirror, sessionId } = await someMirror(database.knex);
    await knex.raw(
      `insert into ${qualifiedTable(mirror)} (id, _synced_at) select n, now() - interval '1 hour' from generate_series(1, 200) as n`,
    );
    const gone = Array.from({ length: 60 }, (_, at) => ({
      id: String(at + 1),
      deletedAt: new Date().toISOString(),
      reason: 'vanished' as const,
    }));
    await weighRemovals(knex, mirror, gone, { sessionId, source: 'sweep' });
    const asOf = new Date();
    const ended = { depth: 'values', repairs: true, asOf, promisedUntil: null, chunks: ALL_CHUNKS } as const;

    await noteHeldRows(knex, mirror, { sessionId, asOf });
    const { connectionId, key } = mirror;
    const { extra, held, failed } = await saveVerification(knex, { ...ended, sessionId, connectionId, key });

    assert.deepEqual({ extra, held, failed }, { extra: 60, held: 60, failed: 0 });
  });
});
