import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isWidening, type ColumnType } from '../../../src/domain/mirror/mirror-field';

const TYPES: ColumnType[] = ['text', 'integer', 'bigint', 'numeric', 'boolean', 'date', 'timestamptz', 'jsonb'];

describe('isWidening', () => {
  it('lets numbers grow', () => {
    assert.ok(isWidening('integer', 'bigint') && isWidening('bigint', 'numeric') && isWidening('integer', 'numeric'));
  });

  it('lets everything become text', () => {
    assert.ok(TYPES.filter((type) => type !== 'text').every((type) => isWidening(type, 'text')));
  });

  it('lets nothing shrink', () => {
    assert.ok(!isWidening('numeric', 'bigint') && !isWidening('bigint', 'integer') && !isWidening('text', 'numeric'));
  });

  it('does not turn a day into a moment: that needs a time zone', () => {
    assert.ok(!isWidening('date', 'timestamptz') && !isWidening('timestamptz', 'date'));
  });

  it('never goes both ways, and is no change of a type into itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.constantFrom(...TYPES), (from, to) => {
        assert.ok(!(isWidening(from, to) && isWidening(to, from)));
      }),
    );
  });

  it('is transitive: two steps are as safe as one', () => {
    const type = fc.constantFrom(...TYPES);
    fc.assert(
      fc.property(type, type, type, (a, b, c) => {
        assert.ok(!(isWidening(a, b) && isWidening(b, c)) || isWidening(a, c));
      }),
    );
  });
});
