import assert from 'node:assert/strict';
import fc from 'fast-check';
import { limitsOfEdition } from '../../src/domain/credits/edition-limits';
import { ownValue } from '../../src/domain/own-value';
import { ZohoError } from '../../src/zoho/errors/errors';

/** Names that every object inherits. */
const inherited = fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype));

describe('ownValue', () => {
  it('finds what was put in, and nothing else, whatever the name', () => {
    const name = fc.oneof(inherited, fc.string());
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), name, (object, foreign) => {
        const known = new Map(Object.entries(object));
        assert.equal(ownValue(object, foreign), known.get(foreign));
      }),
    );
  });
});

describe('names that every object inherits', () => {
  it('are no edition and no code of Zoho with advice of its own', () => {
    fc.assert(
      fc.property(inherited, (name) => {
        const { whatToDo } = new ZohoError({ operation: 'get_record', category: 'server', code: name, reason: 'x' });

        assert.deepEqual(limitsOfEdition(name, 1), limitsOfEdition('free', 1));
        assert.equal(typeof whatToDo, 'string');
      }),
    );
  });
});
