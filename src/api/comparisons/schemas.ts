import { z } from 'zod';
import { DIFFERENCE_KINDS, DIFFERENCE_STATES } from '../../domain/mirror/comparison-findings';
import { PAGE_FIELDS } from '../http/paging';
import { FINDINGS } from '../sessions/sync-schemas';

const time = z.iso.datetime();
const zohoTime = time.meta({ description: 'By the clock of Zoho.' });

const VerificationEntry = z
  .object({
    sessionId: z.uuid(),
    connection: z.string(),
    module: z.string(),
    summary: z.string().meta({ description: 'How much was compared and what came of it, for a person.' }),
    repairs: z.boolean().meta({ description: 'Whether what differed was repaired.' }),
    asOf: zohoTime.meta({ description: 'When the comparison began, by the clock of Zoho.' }),
    promisedUntil: zohoTime
      .nullable()
      .meta({ description: 'Up to this time of Zoho the mirror had to be right; null if it promised nothing.' }),
    credits: z.number(),
    endedAt: time,
    ...FINDINGS,
  })
  .meta({ id: 'VerificationEntry', description: 'A comparison of a module with its mirror.' });
export type VerificationEntry = z.infer<typeof VerificationEntry>;

export const VerificationAnswer = z.object({ verification: VerificationEntry }).meta({ id: 'VerificationAnswer' });

export const VerificationPage = z
  .object({ verifications: z.array(VerificationEntry), ...PAGE_FIELDS })
  .meta({ id: 'VerificationPage' });

const Difference = z
  .object({
    recordId: z.string(),
    kind: z.enum(DIFFERENCE_KINDS),
    state: z.enum(DIFFERENCE_STATES).meta({
      description: '`explained`: it changed since the watermark, so the mirror could not have it yet.',
    }),
    fields: z
      .array(z.string())
      .meta({ description: 'API names of the fields that differed, as far as they were read.' }),
    zohoTime: zohoTime.nullable(),
    mirrorTime: zohoTime.nullable(),
    foundAt: time,
    settledAt: time.nullable(),
  })
  .meta({ id: 'Difference', description: 'A record whose row differed.' });
export type Difference = z.infer<typeof Difference>;

export const DifferencePage = z
  .object({ differences: z.array(Difference), ...PAGE_FIELDS })
  .meta({ id: 'DifferencePage' });
