import { z } from 'zod';
import { ITEM_ACTIONS, ITEM_STATUSES } from '../../domain/runs/bulk-operations';
import { RUN_STATUSES } from '../../domain/runs/enums';
import { LIMITS } from '../../domain/zoho-limits';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, connection, plainText, ZohoId } from '../http/parameters';
import { Actions, RUN_LINKS, WaitingFor } from '../runs/present-run';
import { BulkOperationPlan, BulkOperationResult } from './run-schemas';

/** More than Zoho changes at once, so that a preview can say so of each. */
const MAX_UPDATED_FIELDS = 50;
const MAX_CHARACTERS = 32_000;
/** Most records of one bulk write, for a person to read. */
export const MAX_RECORDS_TEXT = LIMITS.bulkWrite.rows.toLocaleString('en-US');

/** Most records of one mass update, for a person to read. */
export const MAX_UPDATED_TEXT = LIMITS.massUpdate.viewRecords.toLocaleString('en-US');

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });
const count = z.int().min(0);

const text = plainText(MAX_CHARACTERS);
const choice = text.refine((value) => !value.includes(';'), 'Must not have a semicolon, which separates choices');

export const allowNewChoices = z.boolean().optional().meta({
  description: 'Send choices that a picklist does not have. Bulk write adds them to the picklist of the organization.',
});

/** A value as the API of Zoho takes it. Numbers keep every digit on the way. The most usual come first: they are many. */
export const Value = z.union([
  text,
  z.number(),
  z.null(),
  z.boolean(),
  z.array(choice).max(200),
  z.strictObject({ id: ZohoId }),
]);

const massUpdateShape = {
  connection,
  ids: z.array(ZohoId).min(1).max(LIMITS.massUpdate.viewRecords).optional().meta({ description: 'Of the records.' }),
  customView: ZohoId.optional().meta({ description: 'Id of a view: all of its records. Zoho returns only counts.' }),
  values: z
    .record(ApiName, Value)
    .refine((values) => Object.keys(values).length > 0, 'Must name a field')
    .refine(
      (values) => Object.keys(values).length <= MAX_UPDATED_FIELDS,
      `Must name at most ${MAX_UPDATED_FIELDS} fields`,
    )
    .meta({
      description: `What every record gets: ${LIMITS.massUpdate.fields('Leads')} field, up to ${LIMITS.massUpdate.fields('Deals')} of Deals.`,
    }),
  overWrite: z.boolean().optional().meta({ description: 'Replace the choices of a multi-select instead of adding.' }),
  allowNewChoices,
};

export const MassUpdateRequest = checkedUpdate(z.strictObject(massUpdateShape)).meta({
  id: 'MassUpdateRequest',
  description: `The same values for up to ${MAX_UPDATED_TEXT} records of a module.`,
});
export type MassUpdateRequest = z.infer<typeof MassUpdateRequest>;

export const MassUpdateStartRequest = checkedUpdate(z.strictObject({ module: ApiName, ...massUpdateShape })).meta({
  id: 'MassUpdateStartRequest',
  description: `The same values for up to ${MAX_UPDATED_TEXT} records of this module.`,
});

function checkedUpdate<Update extends z.ZodType<{ ids?: string[] | undefined; customView?: string | undefined }>>(
  schema: Update,
): Update {
  return schema
    .refine(({ ids, customView }) => (ids === undefined) !== (customView === undefined), {
      path: ['ids'],
      message: 'Either ids or customView must be given',
    })
    .refine(({ ids }) => new Set(ids).size === (ids?.length ?? 0), {
      path: ['ids'],
      message: 'Must not name a record twice',
    });
}

export const MassUpdatePreview = z
  .strictObject({
    module: z.string(),
    records: count.nullable().meta({ description: 'null: Zoho does not say how many records a view has.' }),
    fields: z.array(z.strictObject({ field: z.string(), problem: z.string().nullable() })),
    possible: z.boolean(),
    calls: count.meta({ description: 'To Zoho, without waiting for a job.' }),
    credits: count,
    outcomes: z.enum(['by_record', 'counts_only']),
  })
  .meta({ id: 'MassUpdatePreview', description: 'What a mass update would do; nothing is written.' });
export type MassUpdatePreview = z.infer<typeof MassUpdatePreview>;

const BulkJob = z
  .strictObject({
    file: z.int(),
    module: z.string(),
    operation: z.string(),
    records: count.nullable(),
    state: z
      .string()
      .meta({ description: "Zoho's state of the job, or `PLANNED`, `UPLOADED`, `ORDERING`, `ORDERED`, `LOST`." }),
    zohoJobId: z.string().nullable(),
    counts: z
      .strictObject({ added: count, updated: count, skipped: count, total: count })
      .nullable()
      .meta({ description: "Zoho's own; null while there are none." }),
  })
  .meta({ id: 'BulkJob', description: 'One job at Zoho.' });

const BulkOperationLinks = z
  .strictObject({ ...RUN_LINKS, results: z.string(), logs: z.string() })
  .meta({ id: 'BulkOperationLinks', description: 'Where to look at the operation and what to send to it.' });

export const BulkOperation = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['bulk_write', 'mass_update']),
    connection: z.string(),
    modules: z.array(z.string()),
    status: z.enum(RUN_STATUSES),
    phase: z.string().nullable(),
    message: z.string().nullable(),
    totalRecords: count.nullable(),
    processedRecords: count,
    successfulRecords: count,
    failedRecords: count,
    progressPercentage: z.number().min(0).max(100).nullable(),
    startedAt: timestamp,
    completedAt: timestamp.nullable(),
    lastActivityAt: timestamp,
    apiCallsMade: count,
    creditsSpent: z.number().min(0),
    errorMessage: z.string().nullable(),
    pauseReason: z.string().nullable(),
    waitingFor: WaitingFor,
    callbackState: z.enum(['pending', 'delivered', 'failed']).nullable(),
    plan: BulkOperationPlan.nullable().meta({ description: 'null before it is made.' }),
    result: BulkOperationResult.nullable().meta({ description: 'null before the end.' }),
    initiatedBy: z.string(),
    workflowId: z.string(),
    actions: Actions,
    links: BulkOperationLinks,
  })
  .meta({ id: 'BulkOperation', description: 'A bulk write or a mass update. What is not known is null.' });
export type BulkOperation = z.infer<typeof BulkOperation>;

export const BulkOperationAnswer = z
  .strictObject({ operation: BulkOperation, jobs: z.array(BulkJob) })
  .meta({ id: 'BulkOperationAnswer', description: 'An operation and its jobs at Zoho.' });
export type BulkOperationAnswer = z.infer<typeof BulkOperationAnswer>;

export const BulkOperationPage = z
  .strictObject({ operations: z.array(BulkOperation), ...PAGE_FIELDS })
  .meta({ id: 'BulkOperationPage', description: 'Operations, newest first.' });

export const BulkResult = z
  .strictObject({
    position: z
      .int()
      .min(0)
      .meta({ description: 'Of the record in the request, from 0, all operations counted through.' }),
    operation: z.enum(ITEM_ACTIONS),
    module: z.string(),
    status: z.enum(ITEM_STATUSES),
    recordId: z.string().nullable(),
    errors: z.array(z.strictObject({ code: z.string(), fields: z.array(z.string()) })),
  })
  .meta({ id: 'BulkResult', description: 'What became of one record. Its values are not shown.' });
export type BulkResult = z.infer<typeof BulkResult>;

export const BulkResultPage = z
  .strictObject({ results: z.array(BulkResult), ...PAGE_FIELDS })
  .meta({ id: 'BulkResultPage', description: 'Outcomes in the order of the request.' });
