import type { Knex } from 'knex';
import { OPEN_CHANNEL_STATES } from '../../domain/notifications/channel-states';

/** A channel as its receiver needs it. */
export interface ChannelKey {
  /** SHA-256 of the secret part of its address, in hexadecimal digits. */
  pathHash: string;
  /** SHA-256 of the token that Zoho sends. */
  tokenHash: Buffer;
  /** Number of the channel at Zoho. */
  channelId: string;
  id: string;
  mirrorId: number;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
}

/** The channels through which Zoho may send. */
export async function listChannelKeys(knex: Knex): Promise<ChannelKey[]> {
  const answer = await knex.raw<{ rows: ChannelKey[] }>(
    `select encode(c.path_hash, 'hex') as "pathHash", c.token_hash as "tokenHash", c.channel_id as "channelId", c.id,
       m.id as "mirrorId", coalesce(m.api_name, m.key) as module, m.key, n.id as "connectionId", n.name as connection
     from sync.notification_channels c join sync.mirrors m on m.id = c.mirror_id
     join sync.connections n on n.id = m.connection_id
     where c.state = any(?) and c.path_hash is not null`,
    [[...OPEN_CHANNEL_STATES]],
  );
  return answer.rows;
}

/** A receiver that was away for longer may have missed something. */
const AWAY_SECONDS = 60;

/**
 * Notes that a receiver is there, and what came since it last did. A channel for which none was there for a while has a
 * gap. Several receivers may do it.
 * @param received notifications by the id of their channel
 */
export async function noteReceiver(knex: Knex, received: ReadonlyMap<string, number>): Promise<void> {
  await knex.raw(
    `update sync.notification_channels c set
       gap = gap or receiver_alive_at < now() - make_interval(secs => :away), receiver_alive_at = now(),
       received = c.received + coalesce(told.count, 0),
       last_notification_at = case when told.count > 0 then now() else last_notification_at end
     from sync.notification_channels o
     left join unnest(:ids::uuid[], :counts::int[]) as told (id, count) on told.id = o.id
     where o.id = c.id and c.state = any(:states)`,
    {
      away: AWAY_SECONDS,
      ids: [...received.keys()],
      counts: [...received.values()],
      states: [...OPEN_CHANNEL_STATES],
    },
  );
}
