/** Counts of what was done, so that a bias of the seeds can be seen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(group: string, name: string): void {
    const key = `${group}: ${name}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** One line a group, the most frequent first. */
  lines(): string[] {
    const groups = new Map<string, [string, number][]>();
    for (const [key, count] of this.#counts) {
      const [group = '', name = ''] = key.split(': ');
      groups.set(group, [...(groups.get(group) ?? []), [name, count]]);
    }
    return [...groups].map(([group, counts]) => {
      const sorted = counts.sort(([, one], [, other]) => other - one);
      return `${group}: ${sorted.map(([name, count]) => `${name} ${count}`).join(', ')}`;
    });
  }
}
