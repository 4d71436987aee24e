import assert from 'node:assert/strict';
import { joinBody, reuseBody } from '../../../src/zoho/http/body-memory';

const piece = (byte: number, length: number) => Buffer.alloc(length, byte);

describe('joinBody', () => {
  it('puts the pieces together', () => {
    const body = joinBody([piece(1, 40_000), piece(2, 30_000)]);

    assert.ok(body.equals(Buffer.concat([piece(1, 40_000), piece(2, 30_000)])));
  });

  it('reuses returned memory, up to the length of the new body', () => {
    const first = joinBody([piece(1, 100_000)]);
    reuseBody(first);

    const second = joinBody([piece(2, 90_000)]);

    assert.equal(second.buffer, first.buffer);
    assert.ok(second.equals(piece(2, 90_000)));
  });

  it('leaves a body alone that was not given back', () => {
    const kept = joinBody([piece(3, 100_000)]);

    const other = joinBody([piece(4, 100_000)]);

    assert.notEqual(other.buffer, kept.buffer);
    assert.ok(kept.equals(piece(3, 100_000)));
  });

  it('lends the memory of a body once, however often it is given back', () => {
    const body = joinBody([piece(5, 100_000)]);
    reuseBody(body);
    reuseBody(body);

    const [one, other] = [joinBody([piece(6, 100_000)]), joinBody([piece(7, 100_000)])];

    assert.notEqual(one.buffer, other.buffer);
  });

  it('does not take what is no body of its own', () => {
    const foreign = piece(8, 100_000);
    reuseBody(foreign);

    assert.notEqual(joinBody([piece(9, 100_000)]).buffer, foreign.buffer);
  });
});
