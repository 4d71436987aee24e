import { z } from 'zod';
import { ZohoId } from '../http/parameters';

/** A record with Zoho's names of its fields. */
export const MirroredRecord = z
  .looseObject({
    id: ZohoId,
    _synced_at: z.string().meta({ description: "Zoho's time when it was read." }),
  })
  .meta({
    id: 'MirroredRecord',
    description: 'A record as the mirror has it: by API names, ids as texts, lookups as an object of id and name.',
  });
