import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { shellWord } from '../../dev/shell-word';

describe('shellWord', () => {
  it('leaves an ordinary path as it is', () => {
    assert.equal(shellWord('/home/ada/.pulse/pgpass'), '/home/ada/.pulse/pgpass');
  });

  it('writes any path so that a shell reads it back', () => {
    const paths = fc.string({
      unit: fc.constantFrom(...'aZ0/ .\'"$`\\*;&|<>(){}~!#äü\t'),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(paths, { minLength: 1, maxLength: 50 }), (words) => {
        const line = `printf '%s\\n' ${words.map(shellWord).join(' ')}`;
        assert.deepEqual(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\n').slice(0, -1), words);
      }),
      { numRuns: 20 },
    );
  });
});
