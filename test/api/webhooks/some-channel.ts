import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import {
  addMissingChannels,
  beginSubscription,
  listChannels,
  recordChannel,
} from '../../../src/db/notifications/notification-channels';
import { closeRun } from '../../../src/db/runs/close-run';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession } from '../../db/support';

/** The token that Zoho was given for every channel of the tests. */
export const TOKEN = 'a token of a channel';

/** A channel of Deals that Zoho was given. */
export interface SomeChannel {
  connectionId: string;
  /** The secret part of its address. */
  path: string;
  channelId: string;
  mirrorId: number;
}

export async function someChannel(knex: Knex): Promise<SomeChannel> {
  const { id: connectionId } = await someConnection(knex);
  const { key } = await claimMirror(knex, connectionId, { id: '1', apiName: 'Deals' });
  const { id: sessionId } = await someSession(knex, { connectionId, moduleName: key });
  await advanceWatermark(knex, { connectionId, moduleName: key, completeUntil: new Date(), sessionId });
  await closeRun(knex, sessionRun(sessionId), { status: 'failed', reason: 'over' });
  await addMissingChannels(knex, connectionId);
  const [channel] = await listChannels(knex, connectionId);
  const path = randomBytes(32).toString('base64url');
  const id = channel?.id ?? '';
  await beginSubscription(knex, id, { pathHash: sha256(path), tokenHash: sha256(TOKEN) }, 'https://x.example/');
  await recordChannel(knex, id, { state: 'active' });
  const answer = await knex.raw<{ rows: [Pick<SomeChannel, 'channelId' | 'mirrorId'>] }>(
    'select channel_id as "channelId", mirror_id as "mirrorId" from sync.notification_channels where id = ?',
    [id],
  );
  // Unknown addresses are known a second later.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  return { connectionId, path, ...answer.rows[0] };
}

/** A notification as Zoho sends it. */
export function noticeOf({ channelId }: SomeChannel, notice: object = {}): object {
  return { channel_id: channelId, token: TOKEN, module: 'Deals', operation: 'update', ids: ['7'], ...notice };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
