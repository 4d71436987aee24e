import { createHash, randomBytes } from 'node:crypto';
import type { ChannelSecrets } from '../../db/notifications/notification-channels';

/** Secrets of one subscription: part of its URL, and what Zoho sends with every notification. Only hashes are kept. */
export function newSecrets(): { path: string; token: string; hashes: ChannelSecrets } {
  const path = randomBytes(32).toString('base64url');
  // 48 characters of the 50 that Zoho takes.
  const token = randomBytes(36).toString('base64url');
  return { path, token, hashes: { pathHash: sha256(path), tokenHash: sha256(token) } };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
