import { copyKernel } from './copy-kernel';

/** Names of users by id, in the form in which the kernel looks them up. */
export interface UserNames {
  /** Places, then names. */
  bytes: Buffer;
  sizeBits: number;
  /** Bytes of the longest name. */
  longest: number;
}

/** Offsets in a place, see `assembly/users.ts`. */
const OFFSET = 8;
const LENGTH = 12;

/** Lays the names out for the kernel: at least every second place stays free, so that a search is short. */
export function userNames(names: ReadonlyMap<string, string>): UserNames {
  const kernel = copyKernel();
  const placeBytes = kernel.USER_BYTES.value;
  const sizeBits = Math.max(1, Math.ceil(Math.log2(names.size + 1)) + 1);
  const places = 2 ** sizeBits;
  const texts = [...names].map(([id, name]) => ({ id: BigInt(id), text: Buffer.from(name) }));
  const table = Buffer.alloc(places * placeBytes);
  let offset = table.length;
  for (const { id, text } of texts) {
    let place = kernel.placeOf(id, sizeBits) >>> 0;
    while (table.readBigUInt64LE(place * placeBytes) !== 0n) place = (place + 1) % places;
    table.writeBigUInt64LE(id, place * placeBytes);
    table.writeUInt32LE(offset, place * placeBytes + OFFSET);
    table.writeUInt32LE(text.length, place * placeBytes + LENGTH);
    offset += text.length;
  }
  const longest = Math.max(0, ...texts.map(({ text }) => text.length));
  return { bytes: Buffer.concat([table, ...texts.map(({ text }) => text)]), sizeBits, longest };
}
