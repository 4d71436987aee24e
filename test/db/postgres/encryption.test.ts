import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  EncryptionKeyMissing,
  KeyRingInvalid,
  SealedValueInvalid,
  open,
  parseKeyRing,
  reseal,
  seal,
} from '../../../src/db/postgres/encryption';

const entry = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const ring = parseKeyRing([entry('2026', 1), entry('2025', 2)]);

describe('encryption at rest', () => {
  it('gives back every text for the purpose it was sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, purpose) => {
        assert.equal(open(ring, purpose, seal(ring, purpose, text)), text);
      }),
    );
  });

  it('never seals the same text to the same value', () => {
    assert.notEqual(seal(ring, 'token', 'secret'), seal(ring, 'token', 'secret'));
  });

  it('refuses a value in the place of another one', () => {
    const sealed = seal(ring, 'connections/1/refreshToken', 'secret');

    assert.throws(() => open(ring, 'connections/2/refreshToken', sealed), SealedValueInvalid);
  });

  it('refuses a value in which any byte was changed', () => {
    const sealed = seal(ring, 'token', 'secret');
    const [version, keyId, encoded = ''] = sealed.split('.');
    const box = Buffer.from(encoded, 'base64url');
    for (let index = 0; index < box.length; index += 1) {
      const tampered = Buffer.from(box);
      tampered[index] = tampered[index]! ^ 1;
      const value = [version, keyId, tampered.toString('base64url')].join('.');

      assert.throws(() => open(ring, 'token', value), SealedValueInvalid);
    }
  });

  it('refuses what is not a sealed value at all', () => {
    for (const value of ['', 'secret', 'v1.2026', 'v1.2026.', 'v2.2026.AAAA', 'v1.2026.AAAA.BBBB']) {
      assert.throws(() => open(ring, 'token', value), SealedValueInvalid);
    }
  });

  it('opens what an older key of the ring sealed, and moves it to the first key', () => {
    const older = parseKeyRing([entry('2025', 2)]);
    const sealed = seal(older, 'token', 'secret');

    const moved = reseal(ring, 'token', sealed);

    assert.equal(open(ring, 'token', sealed), 'secret');
    assert.equal(open(parseKeyRing([entry('2026', 1)]), 'token', moved), 'secret');
    assert.equal(reseal(ring, 'token', moved), moved);
  });

  it('names the key that is missing', () => {
    const sealed = seal(ring, 'token', 'secret');

    assert.throws(
      () => open(parseKeyRing([entry('2025', 2)]), 'token', sealed),
      (error: unknown) => {
        assert.ok(error instanceof EncryptionKeyMissing);
        assert.equal(error.keyId, '2026');
        return true;
      },
    );
  });

  it('refuses a ring that is empty, malformed, too short or ambiguous, without quoting a key', () => {
    const short = `a:${Buffer.alloc(16, 9).toString('base64')}`;
    for (const entries of [[], ['no colon'], [short], [entry('a', 1), entry('a', 2)]]) {
      assert.throws(
        () => parseKeyRing(entries),
        (error: unknown) => {
          assert.ok(error instanceof KeyRingInvalid);
          assert.ok(!error.message.includes(short.slice(2)));
          return true;
        },
      );
    }
  });
});
