import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchPermit, type BatchOutcome, CALLS_PER_BATCH } from '../../../src/connection/broker/batch-permit';
import { poll } from '../../support/poll';

const OK = { status: 200 };
/** More than a batch may hold its slot, and more than it waits for its next call. */
const [TOO_LONG_MS, IDLE_MS] = [2_010, 300];

describe('the slot of a batch', () => {
  const outcomes: BatchOutcome[] = [];
  const open: BatchPermit[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
    outcomes.length = 0;
  });

  function batch(): BatchPermit {
    const made = new BatchPermit(3, (outcome) => outcomes.push(outcome));
    open.push(made);
    return made;
  }

  it('is released with the last of its calls', () => {
    const slot = batch();
    for (let call = 1; call < CALLS_PER_BATCH; call += 1) slot.next().release(OK);
    const before = outcomes.length;

    slot.next().release(OK);

    assert.deepEqual([before, outcomes], [0, [{ ...OK, unsent: 0 }]]);
  });

  it('charges the same for each of its calls', () => {
    const slot = batch();

    assert.deepEqual([slot.next().credits, slot.next().credits], [3, 3]);
  });

  for (const [what, outcome] of [
    ['a refusal', { status: 429 }],
    ['the credits that are left', { ...OK, creditsRemaining: 7 }],
    ['no answer', {}],
  ] as const) {
    it(`is released at once with ${what}, of which every process learns`, () => {
      batch().next().release(outcome);

      assert.deepEqual(outcomes, [{ ...outcome, unsent: CALLS_PER_BATCH - 1 }]);
    });
  }

  it('is kept for the next call, and released when none comes', async () => {
    batch().next().release(OK);
    const before = outcomes.length;

    await poll(async () => outcomes.length > 0, { what: 'the slot was released' });

    assert.deepEqual([before, outcomes], [0, [{ unsent: CALLS_PER_BATCH - 1 }]]);
  });

  it('is kept while a call runs, however long the one before was over', async () => {
    const slot = batch();
    slot.next().release(OK);
    const running = slot.next();

    await delay(IDLE_MS);
    const before = outcomes.length;
    running.release({ status: 500 });

    assert.deepEqual([before, outcomes], [0, [{ status: 500, unsent: CALLS_PER_BATCH - 2 }]]);
  });

  it('is released after the call with which it was held for too long', async () => {
    const running = batch().next();

    await delay(TOO_LONG_MS);
    const before = outcomes.length;
    running.release(OK);

    assert.deepEqual([before, outcomes], [0, [{ ...OK, unsent: CALLS_PER_BATCH - 1 }]]);
  });

  it('is released once, whatever ends it', async () => {
    const slot = batch();
    slot.next().release(OK);
    const running = slot.next();

    slot.close();
    slot.close();
    running.release(OK);
    await delay(IDLE_MS);

    assert.deepEqual(outcomes, [{ unsent: CALLS_PER_BATCH - 2 }]);
  });

  it('is not released by its idle time after it was closed', async () => {
    const slot = batch();
    slot.next().release(OK);

    slot.close();
    await delay(IDLE_MS);

    assert.equal(outcomes.length, 1);
  });
});
