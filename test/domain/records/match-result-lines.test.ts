import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchResultLines } from '../../../src/domain/records/match-result-lines';

/** Fate of a line on its way: what it says was changed, it says nothing any more, or it is missing. */
type Fate = 'kept' | 'changed' | 'silent' | 'missing';

const row = fc.record({
  saying: fc.constantFrom<string>('a', 'b', 'c', 'd'),
  fate: fc.constantFrom<Fate>('kept', 'kept', 'kept', 'changed', 'silent', 'missing'),
});

function sayingOf({ saying, fate }: { saying: string; fate: Fate }): string | undefined {
  return fate === 'silent' ? undefined : fate === 'changed' ? `${saying}, as Zoho writes it` : saying;
}

describe('the lines of a result file', () => {
  it('are never given to a row that says something else, whatever is missing, changed or moved', () => {
    fc.assert(
      fc.property(fc.array(row), fc.boolean(), fc.integer(), (sent, isMoved, seed) => {
        const rows = sent.map(({ saying }) => saying);
        const kept = [...sent.keys()].filter((index) => sent[index]?.fate !== 'missing');
        const isComplete = kept.length === sent.length;
        const origins = isMoved
          ? kept.map((_, at) => kept[(at + (Math.abs(seed) % kept.length)) % kept.length] ?? 0)
          : kept;
        const lines = origins.map((origin) => sayingOf(sent[origin] ?? { saying: '', fate: 'silent' }));
        const knowsOrder = !isMoved || !isComplete || lines.every((line) => line !== undefined && rows.includes(line));

        const { lineOfRow, unmatched } = matchResultLines(rows, lines, true);

        const given = lineOfRow.filter((line) => line !== undefined);
        assert.equal(new Set(given).size, given.length);
        assert.equal(unmatched, lines.length - given.length);
        if (!knowsOrder) return;
        for (const [index, line] of lineOfRow.entries()) {
          if (line !== undefined) assert.equal(rows[origins[line] ?? -1], rows[index]);
        }
      }),
    );
  });

  it('are all known where as many as rows stand in their order, whatever they say', () => {
    fc.assert(
      fc.property(fc.array(row), (sent) => {
        const complete = sent.filter(({ fate }) => fate !== 'missing');
        const rows = complete.map(({ saying }, index) => `${saying}${index}`);
        const lines = complete.map((one, index) => sayingOf({ ...one, saying: `${one.saying}${index}` }));

        assert.deepEqual(matchResultLines(rows, lines, true), { lineOfRow: [...rows.keys()], unmatched: 0 });
      }),
    );
  });

  it('are known by what they say where their order is lost', () => {
    assert.deepEqual(matchResultLines(['a', 'b', 'c'], ['c', 'a', 'b'], true).lineOfRow, [1, 2, 0]);
  });

  it('go by their number where nothing contradicts it, and by no number where one line stands elsewhere', () => {
    assert.deepEqual(matchResultLines(['a', 'a', 'b'], ['a', undefined, 'b'], true).lineOfRow, [0, 1, 2]);
    assert.deepEqual(matchResultLines(['a', 'b', 'c', 'd'], ['b', 'x', undefined, 'd'], true), {
      lineOfRow: [undefined, 0, undefined, 3],
      unmatched: 2,
    });
  });

  it('are never those of a row that says something else, though nobody knows theirs', () => {
    assert.deepEqual(matchResultLines(['a', 'a', 'b', 'b'], ['b', 'a', 'a', 'a'], true), {
      lineOfRow: [undefined, 1, undefined, undefined],
      unmatched: 3,
    });
  });

  it('go by nothing but what they say where they stand in several files', () => {
    assert.deepEqual(matchResultLines(['a', 'b'], ['a', undefined], false), {
      lineOfRow: [0, undefined],
      unmatched: 1,
    });
  });

  it('of one record are unknown together where one of them is missing', () => {
    assert.deepEqual(matchResultLines(['a', 'b', 'a'], ['a', 'b'], true), {
      lineOfRow: [undefined, 1, undefined],
      unmatched: 1,
    });
  });
});
