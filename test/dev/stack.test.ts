import assert from 'node:assert/strict';
import { answerCheck } from '../../dev/stack';
import { loadConfig } from '../../src/config';

describe('the starter', () => {
  it('fails a request for an undeclared answer with the simulator only', () => {
    const checkOf = (simulated: boolean) => loadConfig(answerCheck({ simulated })).PULSE_VALIDATE_ANSWERS;

    assert.deepEqual([checkOf(true), checkOf(false)], ['throw', 'log']);
  });
});
