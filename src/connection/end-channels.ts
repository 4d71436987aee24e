import { closeAlert } from '../db/health/alerts';
import { listModuleChannels, recordChannel } from '../db/notifications/notification-channels';
import { nextChannelState, OPEN_CHANNEL_STATES, type ChannelState } from '../domain/notifications/channel-states';
import { LIMITS } from '../domain/zoho-limits';
import { ZohoError } from '../zoho/errors/errors';
import { disableChannels } from '../zoho/notifications/notification-channels';
import { callOrganization, retryExpired, type ZohoCalls } from './call';
import { API_WORKER } from './ledger';

type Organizations = Parameters<typeof callOrganization>[0];

const DISCONNECTED = 'The organization is disconnected.';

/**
 * Ends the channels of an organization that is about to be disconnected, at Zoho as far as it answers: what it keeps ends
 * by itself within a week, and nothing that comes by it is taken from now on. Idempotent.
 */
export async function endChannels(organizations: Organizations, connectionId: string): Promise<void> {
  const { knex } = organizations;
  const channels = await listModuleChannels(knex, connectionId);
  const isOpen = (state: ChannelState) => (OPEN_CHANNEL_STATES as readonly ChannelState[]).includes(state);
  const open = channels.filter(({ state }) => isOpen(state)).map(({ channelId }) => channelId);
  if (open.length > 0) {
    const caller = { priority: 'interactive', worker: API_WORKER } as const;
    await callOrganization(organizations, connectionId, caller, (zoho) => disableAtZoho(zoho, open)).catch(
      (error: unknown) => {
        if (!(error instanceof ZohoError)) throw error;
      },
    );
  }
  for (const { id, key, state } of channels) {
    const ended = { state: nextChannelState(state, 'release'), expiresAt: null, renewAt: null };
    await recordChannel(knex, id, { ...ended, reason: DISCONNECTED });
    for (const kind of ['webhook.refused', 'webhook.silent']) {
      await closeAlert(knex, { connectionId, module: key, kind });
    }
  }
}

/** Takes channels back at Zoho. Those that it does not have are done. @throws ZohoError */
export async function disableAtZoho(zoho: ZohoCalls, channelIds: readonly string[]): Promise<void> {
  const most = LIMITS.notifications.channelsPerCall;
  for (let start = 0; start < channelIds.length; start += most) {
    const batch = channelIds.slice(start, start + most);
    await retryExpired(zoho, () => disableChannels(zoho.transport, batch, zoho.options)).catch((error: unknown) => {
      if (!(error instanceof ZohoError) || error.category !== 'not_found') throw error;
    });
  }
}
