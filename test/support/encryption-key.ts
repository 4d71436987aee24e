/** A key ring entry for tests, as in `PULSE_ENCRYPTION_KEYS`. */
export const ENCRYPTION_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;
