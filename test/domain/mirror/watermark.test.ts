import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OVERLAP_SECONDS, readFrom } from '../../../src/domain/mirror/watermark';

describe('readFrom', () => {
  it('begins two minutes before the mark', () => {
    assert.equal(readFrom('2026-11-23T10:15:30.750Z'), '2026-11-23T10:13:30+00:00');
  });

  it('understands a mark with an offset', () => {
    assert.equal(readFrom('2026-11-23T00:01:00+05:30', 60), '2026-11-22T18:30:00+00:00');
  });

  const mark = fc.date({ min: new Date('1970-02-01'), max: new Date('2200-01-01'), noInvalidDate: true });

  it('is earlier than the mark by the overlap at least, and by less than a second more', () => {
    fc.assert(
      fc.property(mark, (date) => {
        const early = date.getTime() - Date.parse(readFrom(date));

        assert.ok(early >= OVERLAP_SECONDS * 1000 && early < (OVERLAP_SECONDS + 1) * 1000);
      }),
    );
  });

  it('is no year that Zoho cannot read, however long ago the mark is', () => {
    assert.equal(readFrom('0000-01-01T00:00:00Z'), '1970-01-01T00:00:00+00:00');
  });

  it('has whole seconds: Zoho refuses others', () => {
    fc.assert(fc.property(mark, (date) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/.test(readFrom(date))));
  });
});
