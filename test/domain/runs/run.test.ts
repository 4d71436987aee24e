import assert from 'node:assert/strict';
import { goesOn, operationRun, sessionRun } from '../../../src/domain/runs/run';

describe('the run of a row', () => {
  it('is a session or an operation', () => {
    assert.deepEqual(
      [sessionRun('s-1'), operationRun('o-1')],
      [
        { kind: 'session', id: 's-1' },
        { kind: 'operation', id: 'o-1' },
      ],
    );
  });
});

describe('a run that reports a step', () => {
  for (const [answer, expected] of [
    ['applied', true],
    ['repeated', true],
    ['ended', false],
    // Histories of earlier versions.
    [true, true],
    [false, false],
  ] as const) {
    it(`${expected ? 'goes on' : 'stops'} when the answer is ${answer}`, () => {
      assert.equal(goesOn(answer), expected);
    });
  }
});
