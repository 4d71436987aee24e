const INCREMENT = 0x6d2b79f5;
const RANGE = 4_294_967_296;

/** Numbers that look random and are the same for the same seed and name, in whatever order others are drawn. */
export class Dice {
  readonly #name: string;
  #state: number;

  constructor(name: string) {
    this.#name = name;
    this.#state = hashOf(name);
  }

  /** Dice of their own for a part of the work: what that part draws moves nothing elsewhere. */
  fork(name: string | number): Dice {
    return new Dice(`${this.#name}/${name}`);
  }

  /** From 0 up to, and without, 1. */
  share(): number {
    this.#state = (this.#state + INCREMENT) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / RANGE;
  }

  chance(share: number): boolean {
    return this.share() < share;
  }

  /** A whole number of a range, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  /** @throws Error for an empty list */
  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** Distinct items, at most so many. */
  some<T>(items: readonly T[], most: number): T[] {
    const left = [...items];
    const wanted = Math.min(left.length, this.between(1, most));
    return Array.from({ length: wanted }, () => left.splice(this.between(0, left.length - 1), 1)[0] as T);
  }

  weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
    let left = this.share() * items.reduce((sum, { weight }) => sum + weight, 0);
    for (const item of items) {
      left -= item.weight;
      if (left < 0) return item;
    }
    return this.pick(items);
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
