import type { VirtualClock } from '../clock';
import type { Channel, RecordEvent, Watched } from './channel';

/** A channel and the part of it that watches one module. */
export interface Subscription {
  readonly channel: Channel;
  readonly watched: Watched;
}

/** The channels of the organization; one that has expired is gone. */
export class Channels {
  readonly #channels = new Map<string, Channel>();
  readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  get(id: string): Channel | undefined {
    const channel = this.#channels.get(id);
    if (!channel || channel.expires > this.clock.now()) return channel;
    this.#channels.delete(id);
    return undefined;
  }

  /** Adds a channel, or replaces the one with its id. */
  put(channel: Channel): void {
    this.#channels.set(channel.id, channel);
  }

  /** Whether there was such a channel. */
  remove(id: string): boolean {
    const known = this.get(id) !== undefined;
    this.#channels.delete(id);
    return known;
  }

  list(): Channel[] {
    return [...this.#channels.keys()].map((id) => this.get(id)).filter((channel) => channel !== undefined);
  }

  /** Subscriptions to this event of a module. */
  subscriptions(module: string, event: RecordEvent): Subscription[] {
    if (this.#channels.size === 0) return [];
    return this.list().flatMap((channel) =>
      channel.watched
        .filter((watched) => watched.module === module && watched.events.has(event))
        .map((watched) => ({ channel, watched })),
    );
  }

  clear(): void {
    this.#channels.clear();
  }
}
