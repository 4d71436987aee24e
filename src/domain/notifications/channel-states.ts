/**
 * State of the channel through which Zoho tells of a module's changes. `wanted`: to be subscribed, or kept from it by
 * what its reason says; `subscribing`, `renewing`: Zoho is being asked; `refused`: it said no; `off`: the module is not to
 * be told of.
 */
export const CHANNEL_STATES = ['wanted', 'subscribing', 'active', 'renewing', 'refused', 'off'] as const;
export type ChannelState = (typeof CHANNEL_STATES)[number];

/** States in which Zoho may have the channel. */
export const OPEN_CHANNEL_STATES = ['subscribing', 'active', 'renewing'] as const satisfies readonly ChannelState[];

/**
 * Events of a channel. `ask` and `extend` begin a call, `granted`, `refused` and `unknown` are Zoho's answers to it
 * (`unknown`: Zoho has no such channel); `silent`, `release` and `want` are decided here.
 */
export const CHANNEL_EVENTS = ['want', 'ask', 'extend', 'granted', 'refused', 'unknown', 'silent', 'release'] as const;
export type ChannelEvent = (typeof CHANNEL_EVENTS)[number];

/** Changes of state. What is not listed changes nothing. */
const CHANGES: Readonly<Record<ChannelState, Readonly<Partial<Record<ChannelEvent, ChannelState>>>>> = {
  off: { want: 'wanted', ask: 'subscribing' },
  wanted: { ask: 'subscribing', release: 'off' },
  // Asked again where the answer was lost: the same id subscribes anew.
  subscribing: { ask: 'subscribing', granted: 'active', refused: 'refused', release: 'off', want: 'wanted' },
  active: {
    extend: 'renewing',
    ask: 'subscribing',
    unknown: 'wanted',
    silent: 'wanted',
    release: 'off',
    want: 'wanted',
  },
  renewing: {
    extend: 'renewing',
    ask: 'subscribing',
    granted: 'active',
    refused: 'wanted',
    unknown: 'wanted',
    silent: 'wanted',
    release: 'off',
    want: 'wanted',
  },
  refused: { ask: 'subscribing', release: 'off', want: 'wanted' },
};

export function nextChannelState(state: ChannelState, event: ChannelEvent): ChannelState {
  return CHANGES[state][event] ?? state;
}

/** A channel as far as its next step depends on it. */
export interface ChannelFacts {
  state: ChannelState;
  /** Public address under which it was subscribed. */
  notifyBase: string | null;
  expiresAt: Date | null;
  /** When it is to be renewed, or asked for again after a refusal. */
  renewAt: Date | null;
}

export interface ChannelCircumstances {
  /** The module is to be told of. */
  isWanted: boolean;
  /** Public address of the API now; undefined without one. */
  notifyBase: string | undefined;
  now: Date;
}

/**
 * Step that is due for a channel. `subscribe` and `renew` ask Zoho; `end` takes the channel back there; `want` and
 * `release` only change what is known here.
 */
export type ChannelStep = 'subscribe' | 'renew' | 'end' | 'want' | 'release' | 'nothing';

/** Decides what is to be done about a channel now. */
export function dueChannelStep(
  channel: ChannelFacts,
  { isWanted, notifyBase, now }: ChannelCircumstances,
): ChannelStep {
  const { state } = channel;
  const isOpen = (OPEN_CHANNEL_STATES as readonly ChannelState[]).includes(state);
  if (!isWanted) return isOpen ? 'end' : state === 'off' ? 'nothing' : 'release';
  if (notifyBase === undefined) return isOpen ? 'end' : state === 'wanted' ? 'nothing' : 'want';
  const isDue = channel.renewAt !== null && channel.renewAt <= now;
  switch (state) {
    case 'off':
    case 'wanted':
    case 'subscribing':
      return 'subscribe';
    case 'refused':
      return isDue ? 'subscribe' : 'nothing';
    default: {
      const hasEnded = channel.expiresAt === null || channel.expiresAt <= now;
      if (hasEnded || channel.notifyBase !== notifyBase) return 'subscribe';
      return isDue || state === 'renewing' ? 'renew' : 'nothing';
    }
  }
}

const HOUR_MS = 3_600_000;
/** Below the seven days that Zoho allows, by more than clocks are apart: a later time is cut to one hour in silence. */
const ASKED_HOURS = 167;
/** After a refusal Zoho is asked again so much later. */
export const REFUSED_PAUSE_MS = 24 * HOUR_MS;

/** The expiry to ask for, in whole seconds. @param zohoNow by Zoho's clock */
export function expiryToAskFor(zohoNow: Date): string {
  return new Date(zohoNow.getTime() + ASKED_HOURS * HOUR_MS).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * When a channel ends and is to be renewed, by our clock: after half of what is left, whatever Zoho made of the time that
 * it was asked for.
 * @param expiry that holds, by Zoho's clock
 */
export function lifeOf(expiry: Date, clocks: { zohoNow: Date; now: Date }): { expiresAt: Date; renewAt: Date } {
  const left = Math.max(0, expiry.getTime() - clocks.zohoNow.getTime());
  const at = (ms: number) => new Date(clocks.now.getTime() + ms);
  return { expiresAt: at(left), renewAt: at(left / 2) };
}

/** Fewer missed changes may be those of a moment in which Zoho was slow. */
const LEAST_MISSED = 5;
/** Share of the changes that may be missed. */
const MISSED_SHARE = 0.2;

/** Whether a channel misses so much that Zoho cannot be counted on to tell. @param changes all, those that were missed among them */
export function isSilent({ missed, changes }: { missed: number; changes: number }): boolean {
  return missed >= LEAST_MISSED && missed > MISSED_SHARE * changes;
}
