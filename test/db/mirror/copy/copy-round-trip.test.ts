import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PageToCopy } from '../../../../src/db/mirror/copy/page-to-copy';
import type { StagingLayout } from '../../../../src/db/mirror/load/staged-column';
import { openCopy, STAGING } from '../../../../src/db/mirror/load/staging';
import { withRawTransaction } from '../../../../src/db/postgres/raw-connection';
import { useDatabase } from '../../support';
import { pageOf } from '../support';

const LAYOUT: StagingLayout = {
  format: 'json',
  sourceColumns: ['place', 'first', 'second'],
  columns: [],
  missingNames: [],
  unread: [],
  modifiedTime: undefined,
};

describe('PageToCopy and COPY ... FROM STDIN', () => {
  const database = useDatabase();

  /** Sends texts through a page and COPY into text columns, and reads them back. */
  async function roundTrip(texts: readonly (readonly [string, string])[]): Promise<(string | null)[][]> {
    const records = texts.map(([first, second], place) => ({ place: String(place), first, second }));
    const converter = new PageToCopy(
      ['place', 'first', 'second'].map((field) => ({ field, part: 'value', type: 'text' })),
    );
    const { copy } = converter.convert(pageOf(records));
    return withRawTransaction(database.knex, async (client) => {
      await client.query('create temporary table staging (place text, first text, second text) on commit drop');
      const sink = openCopy(client, LAYOUT, new AbortController().signal, STAGING);
      await sink.write(copy);
      await sink.end();
      const { rows } = await client.query<{ first: string | null; second: string | null }>(
        'select first, second from staging order by place::int',
      );
      return rows.map((row) => [row.first, row.second]);
    });
  }

  it('returns every text exactly, with any characters', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\N', '\\.', '\\n', '\n\\.\n', '\t\t', '\r', '\\\\\t', '"', '\v\f\b', '\u0085\u2028', ' '),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 40 }), async (texts) => {
        const storedRow = (one: string): string | null => one.replaceAll('\0', '\uFFFD') || null;

        assert.deepEqual(
          await roundTrip(texts),
          texts.map((pair) => pair.map(storedRow)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('gives back a text of a megabyte', async () => {
    const long = 'a\\\n\u{1F600}é'.repeat(100_000);

    assert.deepEqual(await roundTrip([[long, 'b']]), [[long, 'b']]);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const copying = withRawTransaction(database.knex, async (client) => {
      await client.query('create temporary table staging (place text, first text, second text) on commit drop');
      const sink = openCopy(client, LAYOUT, controller.signal, STAGING);
      await sink.write(Buffer.from('0\ta\tb\n'));
      controller.abort(new Error('cancelled'));
      await sink.end();
    });

    await assert.rejects(copying);
    assert.deepEqual(await roundTrip([['still', 'works']]), [['still', 'works']]);
  });
});
