/** Below it a new buffer costs nothing worth saving. */
const LARGE = 32 * 1024;
/** Bodies differ a little in length; memory of the next full step serves most of them. */
const STEP = 64 * 1024;
const MAX_SPARE = 16;

const spare: Buffer[] = [];
const lent = new WeakMap<Buffer, Buffer>();

/** Puts the pieces of a body together, in memory that `reuseBody` may have given back. */
export function joinBody(pieces: readonly Uint8Array[]): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length < LARGE) return Buffer.concat(pieces);
  const place = spare.findIndex((buffer) => buffer.length >= length);
  const memory = spare.splice(place, place < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(Math.ceil(length / STEP) * STEP);
  const body = memory.subarray(0, length);
  lent.set(body, memory);
  let end = 0;
  for (const piece of pieces) {
    body.set(piece, end);
    end += piece.length;
  }
  return body;
}

/**
 * Gives the memory of a body back once nobody reads it any more; a body that is not given back is garbage like any
 * other. Pages that follow each other fast would otherwise fill V8's allowance for memory outside of its heap several
 * times a second, and each time it marks the whole heap.
 */
export function reuseBody(body: Buffer): void {
  const memory = lent.get(body);
  if (memory && lent.delete(body) && spare.length < MAX_SPARE) spare.push(memory);
}
