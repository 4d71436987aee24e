import { z } from 'zod';
import { APPROVAL_STATES, REMOVAL_SOURCES } from '../../domain/approvals/approval';
import { PAGE_FIELDS } from '../http/paging';
import { lineOfText } from '../http/parameters';

const ShownHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Must be the shownHash of the approval, 64 hexadecimal digits')
  .meta({ description: 'Stands for the very records that are shown.' });

export const Approval = z
  .strictObject({
    id: z.uuid(),
    connection: z.string(),
    module: z.string(),
    kind: z.literal('mass_delete'),
    state: z.enum(APPROVAL_STATES).meta({
      description:
        '`applying`: approved, and at work. `expired`: nobody decided within seven days, so the next session asks anew. `withdrawn`: the records came back, or are few by now.',
    }),
    shown: z.strictObject({
      count: z.int().meta({ description: 'Records in the mirror that Zoho no longer has.' }),
      rows: z.int().meta({ description: 'Rows of the mirror.' }),
      percent: z.number(),
      sample: z.array(z.string()).meta({ description: 'Ids of some of the records.' }),
      source: z.enum(REMOVAL_SOURCES),
      credits: z.int().meta({ description: 'Credits for asking Zoho for each of them before it is removed.' }),
    }),
    shownHash: ShownHash,
    sessionId: z.uuid().nullable().meta({ description: 'Session that found the records last.' }),
    askedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    decidedBy: z.string().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    reason: z.string().nullable(),
    removed: z.int().nullable().meta({ description: 'Rows that have left the mirror; null before it was applied.' }),
    version: z.int(),
  })
  .meta({
    id: 'Approval',
    description:
      'Records that stay in the mirror although Zoho no longer has them: so many at once may be a lost permission.',
  });
export type Approval = z.infer<typeof Approval>;

export const ApprovalPage = z
  .strictObject({ approvals: z.array(Approval), ...PAGE_FIELDS })
  .meta({ id: 'ApprovalPage' });

export const ApprovalAnswer = z.strictObject({ approval: Approval }).meta({ id: 'ApprovalAnswer' });

export const ApprovalParams = z.strictObject({
  id: z.uuid('Must be the id of an approval').meta({ description: 'Id of the approval.' }),
});

export const DecisionRequest = z
  .strictObject({
    shownHash: ShownHash,
    reason: lineOfText(500).trim().min(1).optional(),
  })
  .meta({ id: 'DecisionRequest', description: 'A decision on what the caller has seen, and why.' });
