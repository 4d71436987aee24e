import type { Knex } from 'knex';
import { type ChannelKey, noteReceiver } from '../../db/notifications/channel-keys';
import type { Logger } from '../../logger';
import type { IngestionCommands } from '../../temporal/runs/ingestion-commands';
import type { ZohoNotification } from '../../zoho/notifications/parse-notification';
import { CallerLimit } from '../http/caller-limit';
import { ChannelKeys, isTokenOf } from './channel-keys';
import { InboxWriter } from './inbox-writer';

/** Wrong requests of one address in a minute; right ones have no limit. */
const WRONG_PER_MINUTE = 20;
/** A module is said to have news at most so often, in milliseconds. */
const WAKE_EVERY_MS = 1_000;
/** Interval in milliseconds at which a receiver says that it is there. */
const ALIVE_EVERY_MS = 15_000;
/** Most ids of one notification that are taken. */
const MOST_IDS = 5_000;

/** A notification is Zoho's, and its records are not in the inbox: whoever sent it is to send it again. */
export class NotificationNotStored extends Error {
  override readonly name = 'NotificationNotStored';
}

/** Dependencies of a receiver. */
export interface ReceiverDeps {
  knex: Knex;
  logger: Logger;
  ingestion: Pick<IngestionCommands, 'wake'>;
}

/**
 * Takes what Zoho sends: knows its channels, writes the records into the inbox, and wakes the workflow that reads them. It
 * holds no state that matters, so there may be several.
 */
export class NotificationReceiver {
  readonly #deps: ReceiverDeps;
  readonly #channels: ChannelKeys;
  readonly #inbox: InboxWriter;
  readonly #wrong: CallerLimit;
  readonly #received = new Map<string, number>();
  /** Modules that were said to have news a moment ago, and whether there was more since. */
  readonly #woken = new Map<number, boolean>();

  constructor(deps: ReceiverDeps) {
    this.#deps = deps;
    this.#channels = new ChannelKeys(deps.knex);
    this.#inbox = new InboxWriter(deps.knex);
    this.#wrong = new CallerLimit(deps.knex, WRONG_PER_MINUTE);
  }

  /** Says that this receiver is there until it is closed. */
  start(): { close(): void } {
    const alive = () => this.#noteAlive();
    void alive();
    const timer = setInterval(() => void alive(), ALIVE_EVERY_MS);
    return { close: () => clearInterval(timer) };
  }

  /**
   * Takes a notification.
   * @param notification undefined for a body that is none
   * @returns whether it is Zoho's, when its records are in the inbox
   * @throws TooManyRequests for an address that was wrong often; NotificationNotStored
   */
  async receive(
    secretPath: string,
    notification: ZohoNotification | undefined,
    address: string | undefined,
  ): Promise<boolean> {
    const channel = await this.#channels.find(secretPath);
    const isRight = isTokenOf(channel, notification?.token ?? '');
    if (!channel || !notification || !isRight || !isAbout(channel, notification)) {
      await this.#wrong.count(address);
      return false;
    }
    const { mirrorId, id } = channel;
    const { operation, ids } = notification;
    await this.#inbox.write({ mirrorId, operation, ids: ids.slice(0, MOST_IDS) }).catch((error: unknown) => {
      throw new NotificationNotStored('The records of the notification could not be stored.', { cause: error });
    });
    this.#received.set(id, (this.#received.get(id) ?? 0) + 1);
    this.#wakeSoon(channel);
    return true;
  }

  /** Once a second at most, and once more for what came meanwhile. */
  #wakeSoon(channel: ChannelKey): void {
    const { mirrorId } = channel;
    if (this.#woken.has(mirrorId)) {
      this.#woken.set(mirrorId, true);
      return;
    }
    this.#woken.set(mirrorId, false);
    // A signal that is lost is made up for: the inbox is looked at without one, too.
    const { connectionId, connection, module, key } = channel;
    this.#deps.ingestion.wake({ connectionId, connection, mirrorId, module, key }).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error, module }, 'Temporal could not be told of notifications.');
    });
    setTimeout(() => {
      const isMore = this.#woken.get(mirrorId) === true;
      this.#woken.delete(mirrorId);
      if (isMore) this.#wakeSoon(channel);
    }, WAKE_EVERY_MS).unref();
  }

  async #noteAlive(): Promise<void> {
    const received = new Map(this.#received);
    this.#received.clear();
    await noteReceiver(this.#deps.knex, received).catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, 'The receiver of notifications could not say that it is there.');
    });
  }
}

/** A module that was renamed a moment ago is still told of under its former name. */
function isAbout(channel: ChannelKey, { channelId, module }: ZohoNotification): boolean {
  return channel.channelId === channelId && [channel.module, channel.key].includes(module);
}
