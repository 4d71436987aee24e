import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_REASON, readCommand, readFileNumber, TEMPORAL_UI } from '../../../src/domain/runs/operator-command';

describe('the command in a message', () => {
  it('is that of our API, with its author', () => {
    assert.deepEqual(readCommand('update', { by: 'api-key:ops#a1', reason: 'too early' }), {
      by: 'api-key:ops#a1',
      reason: 'too early',
      isSigned: true,
      ignored: [],
    });
  });

  it('has no author in a signal, whoever the signal names', () => {
    const { by, isSigned, ignored } = readCommand('signal', { by: 'api-key:ops#a1' });

    assert.deepEqual({ by, isSigned, ignored }, { by: TEMPORAL_UI, isSigned: false, ignored: ['by'] });
  });

  it('is a line of at most 500 characters, without half of one', () => {
    const { reason } = readCommand('signal', { reason: ` line one\0\r\nline two \u202e${'😀'.repeat(MAX_REASON)}` });

    assert.match(reason ?? '', /^line one line two {2}😀+$/u);
    assert.equal(Array.from(reason ?? '').length, MAX_REASON);
  });

  it('says what it ignores', () => {
    assert.deepEqual(readCommand('signal', 'now').ignored, ['payload']);
    assert.deepEqual(readCommand('update', { by: 7, reason: {} }).ignored, ['by', 'reason']);
  });

  for (const payload of [undefined, null, {}]) {
    it(`is complete in ${JSON.stringify(payload)}`, () => {
      assert.deepEqual(readCommand('signal', payload), { by: TEMPORAL_UI, isSigned: false, ignored: [] });
    });
  }

  it('has no reason where none can be read', () => {
    assert.deepEqual(readCommand('update', { by: 'api-key:ops#a1', reason: ' \n ' }), {
      by: 'api-key:ops#a1',
      isSigned: true,
      ignored: ['reason'],
    });
  });

  it('costs no more to read the longer it is', () => {
    assert.equal(readCommand('signal', { reason: `${' '.repeat(4 * MAX_REASON)}far behind` }).reason, undefined);
  });

  it('can be read in anything at all', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('signal' as const, 'update' as const), (payload, source) => {
        const { by, reason = '' } = readCommand(source, payload);

        assert.doesNotMatch(by + reason, /\p{Cc}/u);
        assert.ok(Array.from(reason).length <= MAX_REASON);
      }),
    );
  });
});

describe('the file of a job that has ended', () => {
  for (const file of [1, 2, 1_000]) {
    it(`is a number of a file, as ${file}`, () => {
      assert.equal(readFileNumber({ file }), file);
    });
  }

  for (const payload of [
    undefined,
    null,
    2,
    'two',
    [2],
    {},
    { file: '2' },
    { file: 0 },
    { file: 1.5 },
    { file: 1_001 },
  ]) {
    it(`is none in ${JSON.stringify(payload)}`, () => {
      assert.equal(readFileNumber(payload), undefined);
    });
  }
});
