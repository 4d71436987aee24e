import { timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { hashOfSecret } from '../../db/access/hash-of-secret';
import { type ChannelKey, listChannelKeys } from '../../db/notifications/channel-keys';
import { shareRecent } from '../http/share-recent';

/** Age of the channels by which a known address is told. */
const KNOWN_FOR_MS = 30_000;
/** Age of those by which an unknown one is: a channel is there as soon as it is subscribed. */
const UNKNOWN_FOR_MS = 1_000;
/** Compared with where there is no channel, so that both take as long. */
const NO_TOKEN = Buffer.alloc(32);

/** Knows the channels through which Zoho sends, by the hash of the secret in their address. */
export class ChannelKeys {
  readonly #fresh: () => Promise<Map<string, ChannelKey>>;
  readonly #known: () => Promise<Map<string, ChannelKey>>;

  constructor(knex: Knex) {
    const load = async () => new Map((await listChannelKeys(knex)).map((channel) => [channel.pathHash, channel]));
    this.#fresh = shareRecent(load, UNKNOWN_FOR_MS);
    this.#known = shareRecent(() => this.#fresh(), KNOWN_FOR_MS);
  }

  /** The channel of an address; undefined for an unknown one. */
  async find(secretPath: string): Promise<ChannelKey | undefined> {
    const hash = hashOfSecret(secretPath).toString('hex');
    return (await this.#known()).get(hash) ?? (await this.#fresh()).get(hash);
  }
}

/** Whether a token is that of a channel; an unknown channel has none, and it takes as long to say so. */
export function isTokenOf(channel: ChannelKey | undefined, token: string): boolean {
  return timingSafeEqual(hashOfSecret(token), channel?.tokenHash ?? NO_TOKEN) && channel !== undefined;
}
