import { z } from 'zod';

export const Health = z.strictObject({ status: z.literal('alive') }).meta({ description: 'The process answers.' });

export const Readiness = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']),
    checks: z.strictObject({
      database: z.enum(['ok', 'failed']),
      migrations: z.enum(['ok', 'pending', 'failed']),
      temporal: z.enum(['ok', 'failed']),
    }),
  })
  .meta({ description: 'Whether the parts that commands need are there. Sessions are readable without Temporal.' });

export const KeyRotation = z
  .strictObject({
    primaryKey: z.string().meta({ description: 'Id of the key that encrypts; every stored secret is under it now.' }),
    connections: z.int().meta({ description: 'Connections whose secrets were encrypted anew.' }),
  })
  .meta({ description: 'The other keys may leave PULSE_ENCRYPTION_KEYS.' });

export const SYSTEM_SCHEMAS = { Health, Readiness, KeyRotation } as const satisfies Readonly<Record<string, z.ZodType>>;
