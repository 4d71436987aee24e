import { createHash } from 'node:crypto';

/** SHA-256 of a secret that is long and random: that much of it may be kept, and is compared with what others give. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
