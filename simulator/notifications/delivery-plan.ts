import { hash32, saltOf } from '../data/hash';

export const DELIVERY_FAULTS = ['drop', 'duplicate', 'delay', 'reorder'] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];
export const DELIVERY_SOURCES = ['notification', 'bulk-read', 'bulk-write'] as const;
export type DeliverySource = (typeof DELIVERY_SOURCES)[number];

/** Fault on the way to a client's URL, and the messages it strikes. */
export interface DeliveryRule {
  readonly kind: DeliveryFault;
  readonly source?: DeliverySource;
  /** Channel id of a notification, job id of a callback. */
  readonly subject?: string;
  /** Number of matching messages to strike; all of them by default. */
  readonly times?: number;
  /** Number of matching messages that pass before the first strike. */
  readonly after?: number;
  /** Share of matching messages to strike, 0 to 1, by a seeded dice. */
  readonly probability?: number;
  /**
   * `delay`: how long. `reorder`: how long to wait for a later message at most. Virtual milliseconds, 1,000 when left
   * out.
   */
  readonly delayMs?: number;
}

export interface ActiveDeliveryRule extends DeliveryRule {
  readonly id: number;
  seen: number;
  struck: number;
}

/** The rules in force, in the order they were added; one message is struck by one rule at most. */
export class DeliveryPlan {
  #rules: ActiveDeliveryRule[] = [];
  #nextId = 1;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  add(rule: DeliveryRule): ActiveDeliveryRule {
    const active = { ...rule, id: this.#nextId++, seen: 0, struck: 0 };
    this.#rules.push(active);
    return active;
  }

  list(): readonly ActiveDeliveryRule[] {
    return this.#rules;
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rule that strikes this message. */
  strike(source: DeliverySource, subject: string): ActiveDeliveryRule | undefined {
    return this.#rules.find((rule) => {
      if ((rule.source ?? source) !== source || (rule.subject ?? subject) !== subject) return false;
      const { after = 0, times = Infinity, probability = 1 } = rule;
      if (++rule.seen <= after || rule.struck >= times) return false;
      const dice = hash32(saltOf(this.seed, `delivery ${rule.id}`), rule.seen) / 0x1_0000_0000;
      if (dice >= probability) return false;
      rule.struck++;
      return true;
    });
  }
}
