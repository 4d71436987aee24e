import { z } from 'zod';

export const Health = z
  .strictObject({ status: z.literal('alive') })
  .meta({ id: 'Health', description: 'The process answers.' });

export const Overview = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    authentication: z.string().meta({ description: 'How a key is sent, and where one comes from.' }),
    links: z
      .strictObject({
        api: z.string(),
        openapi: z.string(),
        health: z.string(),
        ready: z.string(),
        metrics: z.string(),
      })
      .meta({ description: 'Paths on this server.' }),
  })
  .meta({ id: 'Overview', description: 'What this server is, and where things are.' });

export const Readiness = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']),
    checks: z.strictObject({
      database: z.enum(['ok', 'failed']),
      migrations: z.enum(['ok', 'pending', 'failed']),
      temporal: z.enum(['ok', 'failed']),
    }),
  })
  .meta({
    id: 'Readiness',
    description: 'Whether the parts that commands need are there. Sessions are readable without Temporal.',
  });

export const KeyRotation = z
  .strictObject({
    primaryKey: z.string().meta({ description: 'Id of the key that encrypts; every stored secret is under it now.' }),
    connections: z.int().meta({ description: 'Connections whose secrets were encrypted anew.' }),
  })
  .meta({ id: 'KeyRotation', description: 'The other keys may leave PULSE_ENCRYPTION_KEYS.' });

export const OpenApiDocument = z
  .record(z.string(), z.unknown())
  .meta({ id: 'OpenApiDocument', description: 'OpenAPI 3.1, of this very API.' });
