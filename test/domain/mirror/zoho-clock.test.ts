import assert from 'node:assert/strict';
import { earliestNow, instantOf, latestNow, sentAfter } from '../../../src/domain/mirror/zoho-clock';

const NOON = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-23T12:00:07Z');

describe("Zoho's time", () => {
  for (const reading of [
    { serverTime: NOON, ownTime: LATER },
    { serverTime: LATER, ownTime: NOON },
  ]) {
    it(`is between both clocks, whether ours is ${reading.ownTime === LATER ? 'ahead' : 'behind'}`, () => {
      assert.deepEqual([earliestNow(reading), latestNow(reading)], [NOON, LATER]);
    });
  }

  it('when a request was sent is that of the answer without the time between, and a second for what it rounds', () => {
    assert.equal(sentAfter({ serverTime: NOON, ownTime: LATER }, 250.2).toISOString(), '2026-11-23T11:59:58.749Z');
  });
});

describe('the instant of a time', () => {
  for (const time of ['2026-11-23T17:30:00+05:30', '2026-11-23T12:00:00Z', '2026-11-23T08:00:00-04:00']) {
    it(`is known of ${time}`, () => assert.equal(instantOf(time), NOON.getTime()));
  }

  for (const time of ['2026-11-23T12:00:00', 'Z and more', '', '+05:30 is an offset']) {
    it(`is unknown of ${JSON.stringify(time)}`, () => assert.ok(Number.isNaN(instantOf(time))));
  }
});
