/** Names of users, which an export leaves out, by their ids. */

import { CELL_HEADER } from './binary-rows';
import { fail, UNUSUAL_VALUE } from './failure';
import { copyBytes } from './texts';

/** A place of the table: id, offset in the table and length of the name. A place without an id is free. */
export const USER_BYTES: i32 = 16;
const OFFSET: usize = 8;
const LENGTH: usize = 12;
const BIGINT: usize = 8;

/** 2 to the power of 64, divided by the golden ratio. */
const GOLDEN: u64 = (0x9e3779b9 << 32) | 0x7f4a7c15;

let table: usize = 0;
let bits: i32 = 1;
/** Bytes of the longest name. */
export let largestName: usize = 0;

/**
 * @param places `USER_BYTES` each, 2 to the power of `sizeBits` of them, some of them free; a user stands in the first free
 * one from `placeOf` on
 */
export function setUsers(places: usize, sizeBits: i32, longest: usize): void {
  table = places;
  bits = sizeBits;
  largestName = longest;
}

/** Where the search for a user begins: Fibonacci hashing, since ids differ mostly in their last digits. */
export function placeOf(id: u64, sizeBits: i32): u32 {
  return ((id * GOLDEN) >> (64 - sizeBits)) as u32;
}

/**
 * Puts the name of the user whose id, eight bytes, was just written; stops at one whom nobody knows.
 * @returns the address behind the name
 */
export function putUserName(writtenId: usize, from: usize): usize {
  const id = bswap<u64>(load<u64>(writtenId));
  const last: u32 = (1 << bits) - 1;
  for (let place = placeOf(id, bits); ; place = (place + 1) & last) {
    const entry = table + (place as usize) * USER_BYTES;
    const known = load<u64>(entry);
    if (known === 0) fail(UNUSUAL_VALUE, from);
    if (known !== id) continue;
    const length = load<u32>(entry + LENGTH) as usize;
    const to = writtenId + BIGINT;
    store<u32>(to, bswap<u32>(length as u32));
    return copyBytes(to + CELL_HEADER, table + (load<u32>(entry + OFFSET) as usize), length);
  }
}
