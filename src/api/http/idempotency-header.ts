import { z } from 'zod';

/** Of a request that starts something. @param what it starts, as the description names it */
export function idempotencyHeader(what: string) {
  return z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible ASCII characters')
      .optional()
      .meta({ description: `Sent again with the same body, the same key answers the same ${what}.` }),
  });
}
