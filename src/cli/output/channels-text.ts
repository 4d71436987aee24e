import type { Channel } from '../../api/webhooks/schemas';
import { formatCount } from './format-number';
import { formatTable } from './table';

/** One line a channel; why one is not open stands behind it. */
export function channelTable(channels: readonly Channel[]): string {
  if (channels.length === 0) return 'No channels: a module has one from its first full sync on.';
  return formatTable(
    ['id', 'module', 'state', 'received', 'missed', 'last', 'expires', 'reason'],
    channels.map(({ id, module, state, received, missed, lastNotificationAt, expiresAt, reason }) => [
      id,
      module,
      state,
      formatCount(received),
      formatCount(missed),
      lastNotificationAt ?? '-',
      expiresAt ?? '-',
      reason ?? '',
    ]),
    [0, 1, 2, 5, 6, 7],
  );
}
