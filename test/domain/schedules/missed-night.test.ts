import assert from 'node:assert/strict';
import { isSecondOfNight, missedNight } from '../../../src/domain/schedules/missed-night';

const BERLIN = { at: '02:15', timeZone: 'Europe/Berlin' };
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

describe('a night that has not come', () => {
  const missed = (now: string, beganAt: string | null, wantedSince = LONG_AGO) =>
    missedNight(BERLIN, { beganAt: beganAt === null ? null : new Date(beganAt), wantedSince }, new Date(now));

  it('is waited for six hours', () => {
    const before = '2027-01-09T01:16:00Z';
    assert.equal(missed('2027-01-10T07:14:00Z', before), undefined);
    assert.equal(missed('2027-01-10T07:15:00Z', before), '2027-01-10');
  });

  it('is none where a night began since, whoever started it', () => {
    assert.equal(missed('2027-01-10T12:00:00Z', '2027-01-10T01:17:00Z'), undefined);
    assert.equal(missed('2027-01-10T12:00:00Z', '2027-01-10T06:00:00Z'), undefined);
  });

  it('is not waited for where the clock leaves its time out, beyond the gap', () => {
    assert.equal(missed('2027-03-28T00:59:00Z', '2027-03-27T01:15:00Z'), undefined);
    assert.equal(missed('2027-03-28T01:00:00Z', '2027-03-27T01:15:00Z'), '2027-03-28');
  });

  it('is that of the day before until six hours after the next', () => {
    assert.equal(missed('2027-01-11T05:00:00Z', null), '2027-01-10');
  });

  it('is none that was not wanted then', () => {
    assert.equal(missed('2027-01-10T12:00:00Z', null, new Date('2027-01-10T09:00:00Z')), undefined);
  });

  it('is no second one in the night whose hour comes twice', () => {
    const first = new Date('2027-10-31T00:15:00Z');
    assert.equal(isSecondOfNight(first, new Date('2027-10-31T01:15:00Z')), true);
    assert.equal(isSecondOfNight(first, new Date('2027-11-01T01:15:00Z')), false);
    assert.equal(isSecondOfNight(null, first), false);
  });
});
