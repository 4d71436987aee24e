import { z } from 'zod';
import { QUARANTINE_STATUSES } from '../../db/mirror/quarantine-entries';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, ZohoId } from '../http/parameters';

export const QuarantineEntry = z
  .strictObject({
    connection: z.string(),
    module: z.string(),
    recordId: z.string(),
    status: z.enum(QUARANTINE_STATUSES).meta({
      description: '`ignored` entries are counted and not asked for again; they open when their record changes.',
    }),
    fields: z.array(z.strictObject({ field: z.string(), reason: z.string() })).meta({
      description: 'Columns that refuse a value, and why. Values are in `sync.quarantine` only.',
    }),
    zohoTime: z.iso.datetime().nullable().meta({ description: 'Modified_Time of the version that does not fit.' }),
    attempts: z.int(),
    nextRetryAt: z.iso.datetime().nullable(),
    openedAt: z.iso.datetime(),
    sessionId: z.uuid().nullable().meta({ description: 'Session that met it last.' }),
  })
  .meta({ id: 'QuarantineEntry' });
export type QuarantineEntryAnswer = z.infer<typeof QuarantineEntry>;

export const QuarantineDetails = QuarantineEntry.extend({
  values: z
    .array(z.strictObject({ field: z.string(), type: z.string().nullable(), value: z.string().nullable() }))
    .nullable()
    .meta({ description: 'What the columns refuse, as Zoho sent it. Null for viewers.' }),
  closedAt: z.iso.datetime().nullable(),
  closedBy: z.enum(['merge', 'delete']).nullable().meta({
    description: '`merge`: a version that fits is in the mirror; `delete`: the record was deleted.',
  }),
  whatToDo: z.string(),
}).meta({ id: 'QuarantineDetails' });
export type QuarantineDetailsAnswer = z.infer<typeof QuarantineDetails>;
export const QuarantineDetailsEnvelope = z.strictObject({ entry: QuarantineDetails }).meta({
  id: 'QuarantineDetailsAnswer',
});

export const QuarantinePage = z
  .strictObject({ entries: z.array(QuarantineEntry), ...PAGE_FIELDS })
  .meta({ id: 'QuarantinePage' });
export const QuarantineAnswer = z.strictObject({ entry: QuarantineEntry }).meta({ id: 'QuarantineAnswer' });

export const QuarantineParams = z.strictObject({
  module: ApiName.meta({ description: 'API name of the module in Zoho CRM, e.g. `Deals`.' }),
  record: ZohoId.meta({ description: 'Id of the record.' }),
});
