import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { textPage, type CopyPage } from '../../../../src/db/mirror/copy/copy-page';
import { copyPagesSource, resultFileSource, type ChunkSource } from '../../../../src/db/mirror/load/chunk-sources';
import { loadChunk } from '../../../../src/db/mirror/load/load-chunk';
import { ResultFileBroken } from '../../../../src/db/mirror/load/result-file';
import { closeRun } from '../../../../src/db/runs/close-run';
import { findLastChunk, findLoadedChunk, SessionEnded, sumChunks } from '../../../../src/db/sessions/chunks';
import { sessionRun } from '../../../../src/domain/runs/run';
import { useDatabase } from '../../support';
import { LATER, loadRecords, nextChunk, rowsOf, someMirror, withZip, type MirrorUnderTest } from '../support';

const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';
const deal = (id: string, name = `Deal ${id}`, modified = MONDAY) => ({ id, Deal_Name: name, Modified_Time: modified });

const OPTIONS = {
  asOf: LATER,
  compareValues: false,
  trackRecords: true,
  keepSeenIds: false,
  startedAt: LATER,
};

/** Pages of one row each. */
function somePages(count: number, onRead: (index: number) => void): CopyPage[] {
  return Array.from({ length: count }, (_, index) => {
    const rows = Buffer.from(`${index + 1}\tA\t\\N\t\\N\t\\N\n`);
    return {
      ...textPage(1, rows, true),
      asText: () => {
        onRead(index);
        return rows;
      },
    };
  });
}

describe('loadChunk', () => {
  const database = useDatabase();
  const names = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['deal_name']);

  it('does the same chunk once: the second attempt finds the outcome of the first', async () => {
    const deals = await someMirror(database.knex);
    const chunk = { chunkNumber: nextChunk(), cursor: 'token-1' };

    const first = await loadRecords(deals, [deal('1'), deal('2')], chunk);
    const second = await loadRecords(deals, [deal('1', 'changed meanwhile', TUESDAY)], chunk);

    assert.equal(first.repeated, false);
    assert.deepEqual(second, { ...first, repeated: true });
    assert.deepEqual(await names(deals), ['Deal 1', 'Deal 2']);
  });

  it('does the same chunk once when two attempts run at the same time', async () => {
    const deals = await someMirror(database.knex);
    const chunk = { chunkNumber: nextChunk(), trackRecords: true };

    const outcomes = await Promise.all([1, 2, 3].map(() => loadRecords(deals, [deal('1'), deal('2')], chunk)));

    assert.deepEqual(
      outcomes.map(({ read, created }) => [read, created]),
      [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
    );
    assert.equal(outcomes.filter((outcome) => outcome.repeated).length, 2);
    assert.deepEqual(await sumChunks(deals.knex, deals.sessionId), {
      read: 2,
      created: 2,
      updated: 0,
      unchanged: 0,
      failed: 0,
    });
  });

  for (const status of ['cancelled', 'failed'] as const) {
    it(`writes nothing for a session that has ${status === 'failed' ? '' : 'been '}${status}`, async () => {
      const deals = await someMirror(database.knex);
      await closeRun(deals.knex, sessionRun(deals.sessionId), { status, reason: 'test' });

      await assert.rejects(loadRecords(deals, [deal('1')]), SessionEnded);

      assert.deepEqual(await rowsOf(deals), []);
    });
  }

  it('leaves nothing behind when the source breaks', async () => {
    const deals = await someMirror(database.knex);
    const pages = somePages(2, (index) => {
      if (index === 1) throw new Error('the page cannot be read');
    });
    const source = copyPagesSource(deals.mirror, deals.mirror.fields, pages, new AbortController().signal);
    const chunk = { sessionId: deals.sessionId, chunkNumber: nextChunk(), kind: 'list' } as const;

    await assert.rejects(loadChunk(deals.knex, deals.mirror, chunk, source, OPTIONS), /the page cannot be read/);

    assert.deepEqual(await rowsOf(deals), []);
    assert.equal(await findLoadedChunk(deals.knex, chunk), undefined);
  });

  it('fails, and does not wait for ever, when a file breaks that is read a second time', async () => {
    const deals = await someMirror(database.knex);
    const lines = Array.from({ length: 20_000 }, (_, row) => `${row + 1},12,${MONDAY}\n`).join('');
    await withZip(`Id,Amount,Modified_Time\n1,not a number,${MONDAY}\n${lines}`, async (file) => {
      const whole = await resultFileSource(deals.mirror, file, new AbortController().signal);
      const source: ChunkSource = {
        ...whole,
        async stageTolerant(client, layout) {
          await spoilChecksum(file);
          await whole.stageTolerant(client, layout);
        },
      };
      const chunk = { sessionId: deals.sessionId, chunkNumber: nextChunk(), kind: 'bulk' } as const;

      await assert.rejects(loadChunk(deals.knex, deals.mirror, chunk, source, OPTIONS), ResultFileBroken);
    });
    assert.deepEqual(await rowsOf(deals), []);
  });

  it('stops when its activity is cancelled, and the connection is fit for the next', async () => {
    const deals = await someMirror(database.knex);
    const controller = new AbortController();
    const pages = somePages(2_000, (index) => {
      if (index === 1_000) controller.abort(new Error('cancelled'));
    });
    const source = copyPagesSource(deals.mirror, deals.mirror.fields, pages, controller.signal);
    const chunk = { sessionId: deals.sessionId, chunkNumber: nextChunk(), kind: 'list' } as const;

    await assert.rejects(loadChunk(deals.knex, deals.mirror, chunk, source, OPTIONS));

    await loadRecords(deals, [deal('5')]);
    assert.deepEqual(await names(deals), ['Deal 5']);
  });

  it('keeps the ids it saw, where the sweep will ask for them', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('2'), deal('1')], { chunkNumber: 910_001, keepSeenIds: true });
    await loadRecords(deals, [deal('3')], { chunkNumber: 910_002 });

    const { rows } = await deals.knex.raw<{ rows: { seen: string[] | null }[] }>(
      `select (select array_agg(id order by id) from unnest(seen_ids) as id) as seen
       from sync.session_chunks where session_id = ? order by chunk_number`,
      [deals.sessionId],
    );
    assert.deepEqual(rows, [{ seen: ['1', '2'] }, { seen: null }]);
  });

  it('finds the last chunk of a scan, and only of that scan', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1')], { chunkNumber: 100, cursor: 'a' });
    await loadRecords(deals, [deal('2')], { chunkNumber: 101, cursor: 'b' });
    await loadRecords(deals, [deal('3')], { chunkNumber: 200, cursor: 'c' });
    const last = (first: number, end: number) => findLastChunk(deals.knex, deals.sessionId, { first, end });

    assert.deepEqual([(await last(100, 200))?.chunkNumber, (await last(100, 200))?.cursor], [101, 'b']);
    assert.equal(await last(300, 400), undefined);
  });
});

/** Writes a wrong checksum into a zip's directory: the file opens and reads well, and is known as wrong at its end. */
async function spoilChecksum(file: string): Promise<void> {
  const bytes = await readFile(file);
  const checksum = bytes.lastIndexOf('PK\x01\x02') + 16;
  bytes[checksum] = (bytes[checksum] as number) ^ 0xff;
  await writeFile(file, bytes);
}
