import { hash32, saltOf } from '../data/hash';

export const FAULT_KINDS = [
  'latency',
  'error',
  'reset',
  'truncate',
  'html',
  'malformed-json',
  'unauthorized',
  'throttle',
  'timeout-before-apply',
  'timeout-after-apply',
  'page-token-expired',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A misbehaviour and the calls it strikes. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** Operation name as in the call log, e.g. `listRecords`. */
  readonly operation?: string;
  readonly method?: string;
  /** Module API name in any case. */
  readonly module?: string;
  /** Regular expression on the path. */
  readonly path?: string;
  /** Number of calls to strike; all of them by default. */
  readonly times?: number;
  /** Number of matching calls that pass before the first strike. */
  readonly after?: number;
  /** Share of matching calls to strike, 0 to 1, by a seeded dice. */
  readonly probability?: number;
  /** `latency`: the delay. `timeout-*`: how long the connection hangs before it is closed. */
  readonly delayMs?: number;
  /** `error` and `html`: the status. */
  readonly status?: number;
  /** `truncate`: bytes sent before the connection is cut; half of the body when left out. */
  readonly bytes?: number;
}

export interface ActiveFault extends FaultRule {
  readonly id: number;
  seen: number;
  struck: number;
}

export interface FaultTarget {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly module?: string | undefined;
  readonly hasPageToken?: boolean;
}

/** The rules in force, tried in the order they were added; one call is struck by one rule at most. */
export class FaultPlan {
  #faults: ActiveFault[] = [];
  #nextId = 1;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  add(rule: FaultRule): ActiveFault {
    const fault: ActiveFault = { ...rule, id: this.#nextId++, seen: 0, struck: 0 };
    this.#faults.push(fault);
    return fault;
  }

  list(): readonly ActiveFault[] {
    return this.#faults;
  }

  /** Removes one rule, or all of them. */
  clear(id?: number): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
  }

  /** The rule that strikes this call. */
  strike(target: FaultTarget): ActiveFault | undefined {
    return this.#faults.find((fault) => {
      if (!matches(fault, target)) return false;
      fault.seen++;
      if (fault.seen <= (fault.after ?? 0) || fault.struck >= (fault.times ?? Infinity)) return false;
      if (hash32(saltOf(this.seed, `fault ${fault.id}`), fault.seen) >= (fault.probability ?? 1) * 0x1_0000_0000)
        return false;
      fault.struck++;
      return true;
    });
  }
}

function matches(fault: FaultRule, target: FaultTarget): boolean {
  if (fault.operation !== undefined && fault.operation !== target.operation) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== target.method) return false;
  if (fault.module !== undefined && fault.module.toLowerCase() !== target.module?.toLowerCase()) return false;
  if (fault.kind === 'page-token-expired' && !target.hasPageToken) return false;
  return fault.path === undefined || new RegExp(fault.path).test(target.path);
}
