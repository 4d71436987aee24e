import type { RecordEvent } from '../notifications/channel';

export type AutomationCounts = Readonly<Record<RecordEvent, number>>;

/** For how many records of each module workflows would have run. There are no workflows here, only this count. */
export class Automations {
  readonly #counts = new Map<string, Record<RecordEvent, number>>();

  ran(module: string, event: RecordEvent): void {
    const counts = this.#counts.get(module) ?? { create: 0, edit: 0, delete: 0 };
    counts[event]++;
    this.#counts.set(module, counts);
  }

  counts(): Record<string, AutomationCounts> {
    return Object.fromEntries([...this.#counts].map(([module, counts]) => [module, { ...counts }]));
  }

  reset(): void {
    this.#counts.clear();
  }
}
