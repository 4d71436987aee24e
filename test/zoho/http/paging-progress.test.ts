import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { PagingProgress } from '../../../src/zoho/http/paging-progress';

const label = { operation: 'list_records', module: 'Deals' };

interface Page {
  ids: string[];
  token?: string | null | undefined;
}

/** Number of the page at which a list is given up; null if it never is. */
function givenUpAt(pages: readonly Page[]): number | null {
  const progress = new PagingProgress(label);
  for (const [index, { ids, token }] of pages.entries()) {
    try {
      progress.note(ids, token);
    } catch (error) {
      assert.ok(error instanceof ZohoError && error.category === 'endless_list' && !error.retryable);
      return index;
    }
  }
  return null;
}

const pageOf = (number: number): Page => ({ ids: [`${number}1`, `${number}2`], token: `after ${number}` });
const endless = (pages: readonly Page[], length: number): Page[] =>
  Array.from({ length }, (_, index) => pages[index % pages.length] as Page);

describe('progress through the pages of a list', () => {
  it('goes on for as long as pages bring other records', () => {
    const pages = Array.from({ length: 3_000 }, (_, index) => pageOf(index));

    assert.equal(givenUpAt(pages), null);
  });

  it('may meet a page twice, where data has moved under it', () => {
    assert.equal(givenUpAt([pageOf(1), { ...pageOf(1), token: 'another' }, pageOf(2), pageOf(3)]), null);
  });

  it('ends in a circle of pages, however long it is and however long the way into it', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), fc.boolean(), (way, circle, hasTokens) => {
        const pages = Array.from({ length: way + circle }, (_, index) => ({
          ...pageOf(index),
          ...(!hasTokens && { token: undefined }),
        }));
        const list = [...pages.slice(0, way), ...endless(pages.slice(way), 8 * (way + circle) + 8)];

        assert.notEqual(givenUpAt(list), null);
      }),
    );
  });

  it('ends where a page token leads to itself', () => {
    const pages = Array.from({ length: 10 }, (_, index) => ({ ...pageOf(index), token: 'the same for ever' }));

    assert.equal(givenUpAt(pages), 2);
  });

  it('ends where more are promised again and again, and no record comes', () => {
    const empty = Array.from({ length: 10 }, (_, index) => ({ ids: [], token: `after ${index}` }));

    assert.equal(givenUpAt(empty), 2);
  });

  it('bears a page without records here and there', () => {
    const pages = Array.from({ length: 40 }, (_, index) =>
      index % 3 === 0 ? pageOf(index) : { ...pageOf(index), ids: [] },
    );

    assert.equal(givenUpAt(pages), null);
  });

  it('begins anew where the scan has come further by other means', () => {
    const progress = new PagingProgress(label);
    for (let time = 0; time < 50; time += 1) {
      progress.note(pageOf(1).ids, 'token');
      progress.restart();
    }
  });
});
