import assert from 'node:assert/strict';
import { pipeline as chain, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { from as copyFrom } from 'pg-copy-streams';
import { csvToBinary } from '../../../../src/db/mirror/copy/csv-to-binary';
import { csvLayout, listCell } from '../../../../src/db/mirror/load/staged-column';
import { withRawTransaction } from '../../../../src/db/postgres/raw-connection';
import { useDatabase } from '../../support';
import { someMirror, type MirrorUnderTest } from '../support';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const word = fc
  .oneof(
    fc.constantFrom('A', 'B', 'A,B', 'B;A', 'a "b"', 'back\\slash', 'Köln', 'x'.repeat(40), ''),
    fc.string({ unit: fc.constantFrom('A', 'B', ',', ';', '"', '\\', '\t', '\u0001', '\n', 'é'), maxLength: 5 }),
  )
  .map((text) => text.trim());
const options = fc.array(word, { maxLength: 6 });
const joined = fc.tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.constantFrom(';', ','));

describe('lists of an export', () => {
  const database = useDatabase();

  async function mirrorWith(shape: 'choices' | 'tags', choices: readonly string[]): Promise<MirrorUnderTest> {
    const made = await someMirror(database.knex, [{ apiName: 'Items', dataType: 'multiselectpicklist' }]);
    const fields = made.mirror.fields.map((field) => ({ ...field, type: 'jsonb' as const, shape, choices }));
    return { ...made, mirror: { ...made.mirror, fields } };
  }

  for (const shape of ['choices', 'tags'] as const) {
    it(`become the JSON that PostgreSQL makes of joined ${shape}`, async () => {
      const made = await mirrorWith(shape, []);
      const texts = fc.array(
        joined.map(([words, separator]) => words.join(separator)).filter((text) => text !== ''),
        { minLength: 1, maxLength: 10 },
      );
      await fc.assert(
        fc.asyncProperty(options, texts, async (choices, cells) => {
          const field = { ...made.mirror.fields[0]!, choices };
          const [column] = csvLayout({ ...made.mirror, fields: [field] }, ['Id', 'Items']).columns;
          const csv = `Items\n${cells.map(quoted).join('\n')}\n`;
          const { kernel, sql } = await withRawTransaction(database.knex, async (client) => {
            await client.query('create temporary table lists (place serial, items jsonb) on commit drop');
            await pipeline(
              chain(Readable.from([Buffer.from(csv)]), csvToBinary([listCell(field)!]), () => undefined),
              client.query(copyFrom('copy lists (items) from stdin with (format binary)')),
            );
            const byKernel = await client.query('select items from lists order by place');
            const bySql = await client.query(
              `select ${column!.expression} as items
               from unnest($1::text[]) with ordinality as s (items, place) order by place`,
              [cells],
            );
            return { kernel: byKernel.rows as unknown[], sql: bySql.rows as unknown[] };
          });
          assert.deepEqual(kernel, sql);
        }),
        { numRuns: 150 },
      );
    });
  }
});
