import { z } from 'zod';
import { API_ROLES } from '../../db/models/api-key';
import { lineOfText } from '../http/parameters';

const MAX_DAYS = 730;
const USUAL_DAYS = 90;

export const ApiKeyRequest = z
  .strictObject({
    name: lineOfText(60).trim().min(1).meta({ description: 'Who or what will use it.' }),
    role: z.enum(API_ROLES),
    expiresInDays: z.int().min(1).max(MAX_DAYS).default(USUAL_DAYS),
  })
  .meta({ id: 'ApiKeyRequest', description: 'A key of this API.' });

export const ApiKey = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().meta({ description: 'Begins the key, after `pps_`; names it in logs.' }),
    role: z.enum(API_ROLES),
    status: z.enum(['usable', 'expired', 'revoked']),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the minute.' }),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey', description: 'A key of this API, without its secret.' });
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyAnswer = z.strictObject({ key: ApiKey }).meta({ id: 'ApiKeyAnswer', description: 'A key.' });

export const ApiKeyList = z
  .strictObject({ keys: z.array(ApiKey) })
  .meta({ id: 'ApiKeyList', description: 'Every key, newest first.' });

export const CreatedApiKey = z
  .strictObject({ key: ApiKey, secret: z.string().meta({ description: 'The key itself: shown now and never again.' }) })
  .meta({ id: 'CreatedApiKey', description: 'A new key.' });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;

export const ApiKeyParams = z.strictObject({
  key: z.union([z.uuid(), z.string().regex(/^[0-9a-f]{12}$/)], 'Must be the id or the prefix of a key').meta({
    description: 'Id or prefix of the key.',
  }),
});
