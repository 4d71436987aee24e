/** Measured by their names, as `seconds.load`. */
export type Measured = Readonly<Record<string, number | string>>;

/** The most that a figure may be, by its name. */
export type Reach = Readonly<Record<string, number>>;

/** The end of a benchmark: what was measured, what it was to reach, and whether it did. */
export interface Verdict {
  figures: Measured;
  reach: Reach;
  held: Readonly<Record<string, boolean>>;
}

/** Compares figures with what they are to reach. One that was not measured is not held. */
export function judge(figures: Measured, reach: Reach): Verdict {
  const held = Object.entries(reach).map(([name, most]) => {
    const figure = figures[name];
    return [name, typeof figure === 'number' && figure <= most] as const;
  });
  return { figures, reach, held: Object.fromEntries(held) };
}

/** `{ seconds: { load: 1 } }` as `{ 'seconds.load': 1 }`. */
export function flatten(measured: object, prefix = ''): Measured {
  return Object.fromEntries(
    Object.entries(measured).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(flatten(value, `${prefix}${name}.`))
        : [[`${prefix}${name}`, typeof value === 'number' ? value : String(value)]],
    ),
  );
}
