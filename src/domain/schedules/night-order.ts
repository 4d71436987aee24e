/** A module that a night syncs, as far as its place in the order depends on it. */
export interface ModuleToOrder {
  key: string;
  /** Rows as counted last; 0 where nobody has. */
  rows: number;
  /** Keys of the modules that its lookups point to. */
  parents: readonly string[];
}

/**
 * Orders modules so that a module comes after those that its lookups point to: a reference then finds its row. Modules
 * that point to each other, or to themselves, are cut at the one with more rows, which goes first.
 * @returns the keys in order, each with the keys that must have ended before it begins
 */
export function orderModules(modules: readonly ModuleToOrder[]): { key: string; after: string[] }[] {
  const known = new Set(modules.map(({ key }) => key));
  const waiting = new Map(
    modules.map(({ key, parents }) => [key, new Set(parents.filter((each) => known.has(each) && each !== key))]),
  );
  const rows = new Map(modules.map(({ key, rows: count }) => [key, count]));
  const ordered: { key: string; after: string[] }[] = [];
  while (waiting.size > 0) {
    const next = firstReady(waiting, ordered) ?? mostRowsInCycle(waiting, rows);
    const done = new Set(ordered.map(({ key }) => key));
    ordered.push({ key: next, after: [...(waiting.get(next) ?? [])].filter((each) => done.has(each)) });
    waiting.delete(next);
  }
  return ordered;
}

type Waiting = ReadonlyMap<string, ReadonlySet<string>>;

function firstReady(waiting: Waiting, ordered: readonly { key: string }[]): string | undefined {
  const done = new Set(ordered.map(({ key }) => key));
  for (const [key, parents] of waiting) if ([...parents].every((each) => done.has(each))) return key;
  return undefined;
}

/** Among modules of which each waits for another, those that wait for themselves are in a cycle. */
function mostRowsInCycle(waiting: Waiting, rows: ReadonlyMap<string, number>): string {
  const inCycle = [...waiting.keys()].filter((key) => waitsFor(waiting, key, key));
  const [first = ''] = inCycle.sort((one, other) => (rows.get(other) ?? 0) - (rows.get(one) ?? 0));
  return first;
}

function waitsFor(waiting: Waiting, from: string, wanted: string): boolean {
  const seen = new Set<string>();
  const ahead = [from];
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    for (const parent of waiting.get(key) ?? []) {
      if (parent === wanted) return true;
      if (waiting.has(parent) && !seen.has(parent)) ahead.push(parent);
      seen.add(parent);
    }
  }
  return false;
}
