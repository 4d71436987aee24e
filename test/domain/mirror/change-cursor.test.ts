import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isInOrderOfTime, nextCursor, type ChangeCursor } from '../../../src/domain/mirror/change-cursor';

const SINCE = '2026-11-23T10:00:00+00:00';
const START = Date.parse(SINCE) / 1000;

/** A record by the second it was modified in, counted from the beginning of the list. */
interface Row {
  id: number;
  second: number;
}

const timeOf = (second: number): string => new Date((START + second) * 1000).toISOString();

/** A list of changes as Zoho shows it: live, in order of time, with tokens that are places in it. */
class List {
  readonly rows: Row[];
  readonly #perPage: number;
  readonly #isInclusive: boolean;

  constructor(rows: Row[], perPage: number, isInclusive: boolean) {
    this.rows = rows;
    this.#perPage = perPage;
    this.#isInclusive = isInclusive;
  }

  page({ modifiedSince, token }: ChangeCursor): {
    rows: Row[];
    more: boolean;
    lastModified: string | null;
    nextToken: string | null;
  } {
    const bound = Date.parse(modifiedSince) / 1000 - START;
    const listed = this.rows
      .filter(({ second }) => (this.#isInclusive ? second >= bound : second > bound))
      .toSorted((one, other) => one.second - other.second || one.id - other.id);
    const start = Number(token ?? 0);
    const rows = listed.slice(start, start + this.#perPage);
    const last = rows.at(-1);
    const end = start + rows.length;
    return {
      rows,
      more: end < listed.length,
      lastModified: last ? timeOf(last.second) : null,
      nextToken: end < listed.length ? String(end) : null,
    };
  }
}

/** Walks a list to its end; `between` happens after each page. */
function scan(list: List, between: (page: number) => void = () => undefined): { seen: Set<number>; tokens: number } {
  const seen = new Set<number>();
  let tokens = 0;
  let place: ChangeCursor | null = { modifiedSince: SINCE, token: null };
  for (let pages = 0; place; pages += 1) {
    assert.ok(pages < 1_000, 'the scan must end');
    const page = list.page(place);
    for (const { id } of page.rows) seen.add(id);
    place = page.more ? nextCursor(place, page) : null;
    if (place?.token !== undefined && place.token !== null) tokens += 1;
    between(pages);
  }
  return { seen, tokens };
}

const rowsWithin = (seconds: number) =>
  fc
    .array(fc.integer({ min: 1, max: seconds }), { maxLength: 60 })
    .map((times) => times.map((second, id): Row => ({ id, second })));

describe('nextCursor', () => {
  it('continues at the second before the time the page reached', () => {
    const next = nextCursor(
      { modifiedSince: SINCE, token: null },
      { lastModified: '2026-11-23T15:37:41+05:30', nextToken: 't' },
    );

    assert.deepEqual(next, { modifiedSince: '2026-11-23T10:07:40+00:00', token: null });
  });

  it('continues by token if a page got no further than one second', () => {
    const place = { modifiedSince: '2026-11-23T10:07:40+00:00', token: null };

    const next = nextCursor(place, { lastModified: '2026-11-23T10:07:41+00:00', nextToken: 't' });

    assert.deepEqual(next, { ...place, token: 't' });
  });

  it('continues by token if the last record has no time', () => {
    const next = nextCursor({ modifiedSince: SINCE, token: null }, { lastModified: null, nextToken: 't' });

    assert.deepEqual(next, { modifiedSince: SINCE, token: 't' });
  });

  it('needs no token where the page got past its time, and leads nowhere without one where it did not', () => {
    const [further, stuck] = [timeOf(9), timeOf(0)].map((lastModified) =>
      nextCursor({ modifiedSince: SINCE, token: null }, { lastModified, nextToken: null }),
    );

    assert.deepEqual([further, stuck], [{ modifiedSince: '2026-11-23T10:00:08+00:00', token: null }, null]);
  });

  it('leads through every record, however many share a second and however Zoho takes the bound', () => {
    fc.assert(
      fc.property(rowsWithin(12), fc.integer({ min: 1, max: 7 }), fc.boolean(), (rows, perPage, isInclusive) => {
        const { seen } = scan(new List(rows, perPage, isInclusive));

        assert.equal(seen.size, rows.length);
      }),
    );
  });

  it('leads through every record although others move to the end meanwhile, as long as no token is needed', () => {
    const moves = fc.array(fc.nat(), { maxLength: 20 });
    fc.assert(
      fc.property(rowsWithin(200), moves, fc.boolean(), (rows, moved, isInclusive) => {
        const list = new List(rows, 8, isInclusive);
        let now = 1_000;
        const { seen, tokens } = scan(list, (page) => {
          const row = rows[(moved[page] ?? NaN) % rows.length];
          if (row) row.second = now += 10;
        });

        if (tokens === 0) assert.equal(seen.size, rows.length);
      }),
    );
  });
});

describe('the order of a page of changes', () => {
  const cursor = { modifiedSince: SINCE, token: null };

  it('is that of the seconds, from the one on that was asked for, whatever offset they are written in', () => {
    const times = [SINCE, '2026-11-23T15:30:00+05:30', null, timeOf(7), timeOf(7)];

    assert.equal(isInOrderOfTime(cursor, times), true);
  });

  it('is broken by any record that is older than one before it, or than what was asked for', () => {
    const ascending = fc.array(fc.integer({ min: 2, max: 500 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(ascending, fc.nat(), fc.boolean(), (seconds, at, isFirst) => {
        const times = seconds.toSorted((one, other) => one - other).map(timeOf);
        const place = isFirst ? 0 : 1 + (at % times.length);
        const older = isFirst
          ? timeOf(-1)
          : timeOf((seconds.toSorted((one, other) => one - other)[place - 1] ?? 0) - 1);

        assert.equal(isInOrderOfTime(cursor, times), true);
        assert.equal(isInOrderOfTime(cursor, times.toSpliced(place, 0, older)), false);
      }),
    );
  });
});
