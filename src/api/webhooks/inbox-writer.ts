import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { type Notification, storeNotifications } from '../../db/notifications/notification-inbox';

/** Notifications that come within this time share a statement, in milliseconds. */
const GATHER_MS = 5;

/** Writes notifications into the inbox, those that come close together with one statement. */
export class InboxWriter {
  readonly #knex: Knex;
  #gathered: Notification[] = [];
  #written: Promise<void> | undefined;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Writes a notification. @returns when it is committed */
  write(notification: Notification): Promise<void> {
    this.#gathered.push(notification);
    this.#written ??= this.#writeSoon();
    return this.#written;
  }

  async #writeSoon(): Promise<void> {
    await sleep(GATHER_MS);
    const notifications = this.#gathered;
    this.#gathered = [];
    this.#written = undefined;
    await storeNotifications(this.#knex, notifications);
  }
}
