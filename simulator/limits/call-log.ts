const KEPT_ENTRIES = 1_000;

export interface CallEntry {
  /** Milliseconds since 1970, virtual. */
  readonly at: number;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly credits: number;
  readonly milliseconds: number;
  readonly fault?: string;
}

interface OperationCount {
  calls: number;
  credits: number;
  statuses: Record<string, number>;
}

/** Log of calls: a counter for each operation, and the latest calls one by one. */
export class CallLog {
  readonly #operations = new Map<string, OperationCount>();
  #recent: CallEntry[] = [];

  add(entry: CallEntry): void {
    const count = this.#operations.get(entry.operation) ?? { calls: 0, credits: 0, statuses: {} };
    this.#operations.set(entry.operation, count);
    count.calls++;
    count.credits += entry.credits;
    count.statuses[entry.status] = (count.statuses[entry.status] ?? 0) + 1;
    this.#recent.push(entry);
    if (this.#recent.length > KEPT_ENTRIES * 2) this.#recent = this.#recent.slice(-KEPT_ENTRIES);
  }

  operations(): Record<string, OperationCount> {
    return Object.fromEntries(this.#operations);
  }

  recent(): CallEntry[] {
    return this.#recent.slice(-KEPT_ENTRIES);
  }

  reset(): void {
    this.#operations.clear();
    this.#recent = [];
  }
}
