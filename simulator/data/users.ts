import type { Reference } from './cell';

/** A person of the organization. */
export interface User extends Reference {
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly zuid: string;
  /** Seconds since 1970; without it as old as the organization. */
  readonly modified?: number;
}

const NAMES: readonly (readonly [string, string])[] = [
  ['Ada', 'Integration'],
  ['José', 'Núñez'],
  ['Mei', '王'],
  ['Sean', "O'Neil"],
  ['Zoë', 'Van der Berg, Jr.'],
  ['Ömer', 'Yılmaz'],
  ['Priya', 'Nair'],
  ['Lars', 'Ångström'],
  ['Noura', 'العلي'],
  ['Tom', 'Smith "Tommy"'],
];

/** The users of the organization; the first one is the administrator whose token calls the API. */
export function generateUsers(count: number): User[] {
  return Array.from({ length: Math.max(count, 1) }, (_, i) => {
    const [first, last] = NAMES[i % NAMES.length] ?? ['User', 'Unknown'];
    const suffix = i < NAMES.length ? '' : ` ${i + 1}`;
    return {
      name: `${first} ${last}${suffix}`,
      id: `5500000000000${String(225_013 + i * 4)}`,
      email: `user${i + 1}@simulator.example`,
      first_name: first,
      last_name: `${last}${suffix}`,
      zuid: String(700_001 + i),
    };
  });
}

/** A user as records show it. */
export function userReference(user: User): Reference {
  return { name: user.name, id: user.id, email: user.email };
}
