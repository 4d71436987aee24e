import { randomBytes } from 'node:crypto';
import { hashOfSecret } from '../../db/access/hash-of-secret';
import type { ChannelSecrets } from '../../db/notifications/notification-channels';

/** Secrets of one subscription: part of its URL, and what Zoho sends with every notification. Only hashes are kept. */
export function newSecrets(): { path: string; token: string; hashes: ChannelSecrets } {
  const path = randomBytes(32).toString('base64url');
  // 48 characters of the 50 that Zoho takes.
  const token = randomBytes(36).toString('base64url');
  return { path, token, hashes: { pathHash: hashOfSecret(path), tokenHash: hashOfSecret(token) } };
}
