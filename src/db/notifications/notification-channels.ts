import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import type { ChannelFacts, ChannelState } from '../../domain/notifications/channel-states';

/** A module that has a mirror, with the channel through which Zoho tells of it. */
export interface ModuleChannel extends ChannelFacts {
  id: string;
  mirrorId: number;
  /** Zoho's name of the module; null while it has none. */
  module: string | null;
  /** Name of the module in the engine's books. */
  key: string;
  /** Number of the channel at Zoho. */
  channelId: string;
  attempts: number;
  reason: string | null;
  /** Changes may not have been told of. */
  hasGap: boolean;
  /** The module is to be told of. */
  isWanted: boolean;
}

/** A channel as people see it. */
export interface ListedChannel extends ChannelFacts {
  id: string;
  connection: string;
  module: string;
  reason: string | null;
  subscribedAt: Date | null;
  lastNotificationAt: Date | null;
  received: string;
  /** Changes that incremental syncs found although Zoho should have told of them. */
  missed: string;
}

const FACTS = `c.id, c.state, c.notify_base as "notifyBase", c.expires_at as "expiresAt", c.renew_at as "renewAt"`;

/** A module is told of from its first full sync on, unless its configurations are all switched off. */
const IS_WANTED = `m.api_name is not null
  and exists (select from sync.watermarks w where w.connection_id = m.connection_id and w.module_name = m.key)
  and coalesce((select bool_or(f.is_active) from sync.sync_configurations f
    where f.connection_id = m.connection_id and f.module_name = m.key), true)`;

/** Zoho's number of a channel is ours to choose: fifteen digits, which a double holds. */
const LEAST_CHANNEL_ID = 100_000_000_000_000;
const CHANNEL_IDS = 2 ** 47;

/** Gives a channel, to be subscribed, to every module of a connection that is to be told of and has none. */
export async function addMissingChannels(knex: Knex, connectionId: string): Promise<void> {
  const answer = await knex.raw<{ rows: { id: number }[] }>(
    `select m.id from sync.mirrors m
     where m.connection_id = ? and not exists (select from sync.notification_channels c where c.mirror_id = m.id)
       and ${IS_WANTED}`,
    [connectionId],
  );
  for (const { id: mirrorId } of answer.rows) {
    await knex.raw(
      `insert into sync.notification_channels (id, mirror_id, channel_id, state) values (?, ?, ?, 'wanted')
       on conflict do nothing`,
      [uuidv7(), mirrorId, LEAST_CHANNEL_ID + randomInt(CHANNEL_IDS)],
    );
  }
}

/** The channels of a connection's modules, those that are off included. */
export async function listModuleChannels(knex: Knex, connectionId: string): Promise<ModuleChannel[]> {
  const answer = await knex.raw<{ rows: ModuleChannel[] }>(
    `select ${FACTS}, m.id as "mirrorId", m.api_name as module, m.key, c.channel_id as "channelId", c.attempts,
       c.reason, c.gap as "hasGap",
       ${IS_WANTED} as "isWanted"
     from sync.notification_channels c join sync.mirrors m on m.id = c.mirror_id
     where m.connection_id = ? order by m.id`,
    [connectionId],
  );
  return answer.rows;
}

/** Hashes of the secrets that a subscription puts into the channel's address and into what Zoho sends. */
export interface ChannelSecrets {
  pathHash: Buffer;
  tokenHash: Buffer;
}

/**
 * Stores the secrets of a subscription before Zoho hears of them: what it sends at once must be known. Those of an earlier
 * subscription end with it.
 */
export async function beginSubscription(
  knex: Knex,
  id: string,
  { pathHash, tokenHash }: ChannelSecrets,
  notifyBase: string,
): Promise<void> {
  await knex.raw(
    `update sync.notification_channels set state = 'subscribing', path_hash = ?, token_hash = ?, notify_base = ?,
       attempts = attempts + 1, reason = null, updated_at = now()
     where id = ?`,
    [pathHash, tokenHash, notifyBase, id],
  );
}

/** Change of a channel; what is left out stays. */
export interface ChannelChange {
  state: ChannelState;
  /** Why, for a person. */
  reason?: string | null;
  expiresAt?: Date | null;
  renewAt?: Date | null;
  subscribedAt?: Date;
  /** Changes until now may not have been told of. */
  gap?: boolean;
}

/**
 * Records what became of a channel.
 * @param pathHash of the subscription that it is about: another one that was begun meanwhile is subscribed anew, since
 *   Zoho may have either
 */
export async function recordChannel(knex: Knex, id: string, change: ChannelChange, pathHash?: Buffer): Promise<void> {
  const { state, reason = null, expiresAt, renewAt, subscribedAt, gap } = change;
  const isDone = state === 'active';
  await knex.raw(
    `update sync.notification_channels set
       state = case when :pathHash::bytea is null or path_hash = :pathHash then :state else 'wanted' end,
       reason = :reason,
       expires_at = case when :setsExpiry then :expiresAt::timestamptz else expires_at end,
       renew_at = case when :setsRenewal then :renewAt::timestamptz else renew_at end,
       subscribed_at = coalesce(:subscribedAt::timestamptz, subscribed_at),
       receiver_alive_at = coalesce(:subscribedAt::timestamptz, receiver_alive_at),
       gap = gap or :gap,
       attempts = case when :isDone then 0 else attempts end,
       updated_at = now()
     where id = :id`,
    {
      id,
      state,
      reason,
      isDone,
      pathHash: pathHash ?? null,
      setsExpiry: expiresAt !== undefined,
      expiresAt: expiresAt ?? null,
      setsRenewal: renewAt !== undefined,
      renewAt: renewAt ?? null,
      subscribedAt: subscribedAt ?? null,
      gap: gap ?? false,
    },
  );
}

const LISTED = `select ${FACTS}, n.name as connection, coalesce(m.api_name, m.key) as module, c.reason,
    c.subscribed_at as "subscribedAt", c.last_notification_at as "lastNotificationAt", c.received, c.missed
  from sync.notification_channels c join sync.mirrors m on m.id = c.mirror_id
  join sync.connections n on n.id = m.connection_id`;

/** Lists channels by connection and module. @param connectionId all connections without it */
export async function listChannels(knex: Knex, connectionId?: string): Promise<ListedChannel[]> {
  const answer = await knex.raw<{ rows: ListedChannel[] }>(
    `${LISTED} where :connectionId::uuid is null or n.id = :connectionId order by n.name, module`,
    { connectionId: connectionId ?? null },
  );
  return answer.rows;
}

/** Undefined for a channel that does not exist. */
export async function findChannel(knex: Knex, id: string): Promise<ListedChannel | undefined> {
  const answer = await knex.raw<{ rows: ListedChannel[] }>(`${LISTED} where c.id = ?`, [id]);
  return answer.rows[0];
}

/** Notes that an incremental sync reads what a channel may have missed. */
export async function closeGap(knex: Knex, id: string): Promise<void> {
  await knex.raw('update sync.notification_channels set gap = false, updated_at = now() where id = ?', [id]);
}

/** Lets a channel be renewed, or one that was refused be asked for again, with the next look at the channels. */
export async function renewSoon(knex: Knex, id: string): Promise<void> {
  await knex.raw('update sync.notification_channels set renew_at = now(), updated_at = now() where id = ?', [id]);
}
