import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keys for secrets at rest: the first encrypts, all decrypt. */
export interface KeyRing {
  readonly primary: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

export class KeyRingInvalid extends Error {
  override readonly name = 'KeyRingInvalid';
}

/** The value was sealed with a key that the ring no longer holds. */
export class EncryptionKeyMissing extends Error {
  override readonly name = 'EncryptionKeyMissing';
  readonly keyId: string;

  constructor(keyId: string) {
    super(`PULSE_ENCRYPTION_KEYS has no key "${keyId}", with which a stored secret was encrypted.`);
    this.keyId = keyId;
  }
}

/** The value was changed, truncated, or sealed for another purpose. */
export class SealedValueInvalid extends Error {
  override readonly name = 'SealedValueInvalid';
}

/**
 * @param entries `id:base64 of 32 bytes` each; the first becomes the key that encrypts
 * @throws KeyRingInvalid which names the entry by its id, never by its key
 */
export function parseKeyRing(entries: readonly string[]): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of entries.entries()) {
    const [, id, encoded] = /^([\w-]{1,40}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
    if (!id || !encoded) throw new KeyRingInvalid(`Encryption key ${index + 1} is not "id:base64".`);
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== KEY_BYTES) throw new KeyRingInvalid(`Encryption key "${id}" is not ${KEY_BYTES} bytes long.`);
    if (keys.has(id)) throw new KeyRingInvalid(`Encryption key "${id}" is given twice.`);
    keys.set(id, key);
  }
  const [primary] = keys.keys();
  if (primary === undefined) throw new KeyRingInvalid('PULSE_ENCRYPTION_KEYS holds no key.');
  return { primary, keys };
}

/**
 * Encrypts with the ring's first key (AES-256-GCM).
 * @param purpose what the value is and whose; it is authenticated, so a sealed value opens in its own place only
 * @returns `v1.{key id}.{base64url of IV, tag, ciphertext}`
 */
export function seal(ring: KeyRing, purpose: string, plaintext: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(ring, ring.primary), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(ring.primary, purpose));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const box = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
  return `${VERSION}.${ring.primary}.${box.toString('base64url')}`;
}

/**
 * Decrypts what {@link seal} made for the same purpose.
 * @throws EncryptionKeyMissing, SealedValueInvalid
 */
export function open(ring: KeyRing, purpose: string, sealed: string): string {
  const { keyId, box } = parse(sealed);
  const iv = box.subarray(0, IV_BYTES);
  const tag = box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, keyOf(ring, keyId), iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(keyId, purpose));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(box.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SealedValueInvalid(
      'A stored secret does not authenticate: its row was changed without the key. Save the client of the connection, then connect.',
      { cause },
    );
  }
}

/** The value sealed anew with the ring's first key; the value itself when it already is. */
export function reseal(ring: KeyRing, purpose: string, sealed: string): string {
  return parse(sealed).keyId === ring.primary ? sealed : seal(ring, purpose, open(ring, purpose, sealed));
}

function parse(sealed: string): { keyId: string; box: Buffer } {
  const [version, keyId, encoded, ...rest] = sealed.split('.');
  const box = Buffer.from(encoded ?? '', 'base64url');
  if (version !== VERSION || !keyId || rest.length > 0 || box.length < IV_BYTES + TAG_BYTES) {
    throw new SealedValueInvalid('A stored secret is not in the format of sealed values.');
  }
  return { keyId, box };
}

function keyOf(ring: KeyRing, keyId: string): Buffer {
  const key = ring.keys.get(keyId);
  if (!key) throw new EncryptionKeyMissing(keyId);
  return key;
}

function associatedData(keyId: string, purpose: string): Buffer {
  return Buffer.from(`${VERSION}.${keyId}.${purpose}`, 'utf8');
}
