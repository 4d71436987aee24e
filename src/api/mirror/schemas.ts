import { z } from 'zod';
import { PAGE_FIELDS } from '../http/paging';
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

/** Events of a record's history: what a person did with what is to be sent to Zoho is not among them yet. */
const HISTORY_EVENTS = ['loaded', 'created', 'changed', 'deleted', 'restored'] as const;

const Change = z
  .strictObject({
    field: z.string().meta({ description: 'API name of the field now; its id where it is no longer known.' }),
    fieldId: z.string(),
    from: z.unknown().optional(),
    to: z.unknown().optional(),
  })
  .meta({
    id: 'RecordChange',
    description:
      'A field whose value changed; a lookup is an object of id and name. `from` and `to` are absent if the session changed more rows than the history keeps values of.',
  });

export const HistoryEntry = z
  .strictObject({
    at: z.iso.datetime({ offset: true }).meta({ description: 'When it was written here.' }),
    event: z.enum(HISTORY_EVENTS).meta({
      description:
        '`loaded` stands for the first full sync, which writes no history: what follows says how its values changed.',
    }),
    direction: z.enum(['from_crm', 'to_crm', 'local']),
    actor: z.string().nullable().meta({ description: 'Who changed it: of changes in Zoho the user in `Modified_By`.' }),
    reason: z.string().nullable().meta({
      description:
        'What led to it: `sync`, `notified`, `manual`, `verify`; `silent` where Zoho changed a value without a time. Of a delete its kind: `recycle`, `permanent`, `vanished`.',
    }),
    zohoTime: z.iso
      .datetime({ offset: true })
      .nullable()
      .meta({ description: "Zoho's time of the change or the delete." }),
    session: z.strictObject({ id: z.uuid(), type: z.string().nullable() }).nullable().meta({
      description: 'Session through which it came; without a type once the session is forgotten.',
    }),
    valuesKept: z.boolean().meta({ description: 'Of a delete: `sync.tombstones` still has the values of the row.' }),
    changes: z.array(Change),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.infer<typeof HistoryEntry>;

export const HistoryPage = z
  .strictObject({ entries: z.array(HistoryEntry), ...PAGE_FIELDS })
  .meta({ id: 'HistoryPage' });
