import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { copyKernel, FIELD_PARTS, partOffset, typeNumbers } from '../../../../src/db/mirror/copy/copy-kernel';

const ROOT = path.join(__dirname, '../../../..');
const HOST = 'src/db/mirror/copy';
const TYPES = ['text', 'integer', 'bigint', 'numeric', 'boolean', 'date', 'timestamptz', 'jsonb'] as const;

describe('the numbers that the kernel shares with its host', () => {
  it('name every column type, each by another number', () => {
    const numbers = [...typeNumbers(TYPES)];

    assert.equal(new Set(numbers).size, TYPES.length);
  });

  it('name every part of a field, each at another offset within it', () => {
    const { FIELD_BYTES, FIELD_KEY, FIELD_LENGTH } = copyKernel();
    const offsets = [FIELD_KEY.value, FIELD_LENGTH.value, ...FIELD_PARTS.map(partOffset)];

    assert.equal(new Set(offsets).size, offsets.length);
    assert.ok(offsets.every((offset) => offset + 4 <= FIELD_BYTES.value));
  });

  it('are constants of the sources in assembly/, by the same names', () => {
    const names = Object.keys(copyKernel()).filter((name) => /^[A-Z_]+$/.test(name));
    const sources = declarationsIn('assembly');

    assert.deepEqual(
      names.filter((name) => !sources.has(name)),
      [],
    );
    for (const name of ['NOT_JSON', 'UNUSUAL_VALUE', 'OUT_OF_ROOM', 'CELL_BYTES', 'BLOCK']) {
      assert.ok(names.includes(name), name);
    }
  });

  it('are declared a second time nowhere in the host', () => {
    const shared = Object.keys(copyKernel()).filter((name) => /^[A-Z_]+$/.test(name));
    const host = declarationsIn(HOST);

    assert.deepEqual(
      shared.filter((name) => host.has(name)),
      [],
    );
  });
});

/** Names of the constants that the files of a folder declare. */
function declarationsIn(folder: string): Set<string> {
  const files = readdirSync(path.join(ROOT, folder)).filter((file) => file.endsWith('.ts'));
  return new Set(
    files.flatMap((file) => {
      const text = readFileSync(path.join(ROOT, folder, file), 'utf8');
      return [...text.matchAll(/^(?:export )?const ([A-Z_]+)\b/gm)].map(([, name = '']) => name);
    }),
  );
}
