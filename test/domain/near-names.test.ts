import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearNames } from '../../src/domain/near-names';

describe('nearNames', () => {
  const modules = ['Accounts', 'Contacts', 'Deals', 'Leads', 'Sales_Orders'];

  it('offers the likest names first, whatever their case', () => {
    assert.equal(nearNames('contats', modules)[0], 'Contacts');
    assert.equal(nearNames('SALES_ORDER', modules)[0], 'Sales_Orders');
  });

  it('counts the letters to insert, to delete and to replace, and takes equals by name', () => {
    assert.deepEqual(nearNames('abc', ['bcd', 'xbcz', 'abxc', 'ab', 'abd', 'abcdefg']), ['ab', 'abd', 'abxc']);
    assert.deepEqual(nearNames('', ['aaa', 'bb', 'c']), ['c', 'bb', 'aaa']);
    assert.deepEqual(nearNames('kitten', ['sitting', 'mitten', 'kit']), ['mitten', 'kit', 'sitting']);
  });

  it('offers a few of the names there are, each once', () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.string()), (wanted, names) => {
        const offered = nearNames(wanted, names);
        assert.equal(offered.length, Math.min(3, names.length));
        assert.ok(offered.every((name) => names.includes(name)));
        assert.equal(new Set(offered).size, offered.length);
      }),
    );
  });

  it('offers a name that is there first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, selector: (name) => name.toLowerCase() }), (names) => {
        assert.equal(nearNames(names[0] ?? '', names)[0], names[0]);
      }),
    );
  });
});
