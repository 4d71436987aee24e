/** Counts of what was done, so that a bias of the seeds can be seen. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  count(group: string, name: string): void {
    const counts = this.#counts.get(group) ?? new Map<string, number>();
    this.#counts.set(group, counts.set(name, (counts.get(name) ?? 0) + 1));
  }

  /** Names of a group that were counted. */
  names(group: string): Set<string> {
    return new Set(this.#counts.get(group)?.keys());
  }

  /** Counts by name by group, the most frequent first. */
  counts(): Record<string, Record<string, number>> {
    const groups = [...this.#counts].map(([group, counts]) => {
      const sorted = [...counts].sort(([, one], [, other]) => other - one);
      return [group, Object.fromEntries(sorted)] as const;
    });
    return Object.fromEntries(groups);
  }
}
