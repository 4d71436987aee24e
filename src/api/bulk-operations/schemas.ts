import { z } from 'zod';
import { ownValue } from '../../domain/own-value';
import { isEmptyValue } from '../../domain/records/empty-value';
import { BULK_WRITE_ACTIONS, ITEM_ACTIONS, ITEM_STATUSES } from '../../domain/runs/bulk-operations';
import { RUN_STATUSES } from '../../domain/runs/enums';
import { hasBulkWrite, LIMITS } from '../../domain/zoho-limits';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, connection, plainText, ZohoId } from '../http/parameters';
import { Actions, RUN_LINKS, WaitingFor } from '../runs/present-run';
import { BulkOperationPlan, BulkOperationResult } from './run-schemas';

const MAX_GROUPS = 100;
/** Shown of what is wrong with records; thousands can be wrong in the same way. */
const MAX_ISSUES = 20;
const MAX_CHARACTERS = 32_000;
/** Most records of one bulk write, for a person to read. */
export const MAX_RECORDS_TEXT = LIMITS.bulkWrite.rows.toLocaleString('en-US');

/** Most records of one mass update, for a person to read. */
export const MAX_UPDATED_TEXT = LIMITS.massUpdate.viewRecords.toLocaleString('en-US');

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });
const count = z.int().min(0);

const text = plainText(MAX_CHARACTERS);
const choice = text.refine((value) => !value.includes(';'), 'Must not have a semicolon, which separates choices');

/** A value as the API of Zoho takes it. Numbers keep every digit on the way. */
const Value = z.union([
  z.null(),
  z.boolean(),
  z.number(),
  text,
  z.array(choice).max(200),
  z.strictObject({ id: ZohoId }),
]);

const FieldName = z.union([z.literal('id'), ApiName]);

const BulkWriteGroup = z
  .strictObject({
    operation: z.enum(BULK_WRITE_ACTIONS),
    module: ApiName.refine(hasBulkWrite, 'Zoho has no bulk write for this module: use the record calls'),
    findBy: FieldName.optional().meta({
      description:
        'How records are found: `id` or a unique field. Required for upsert, `id` for update; on insert, records that exist already are skipped.',
    }),
    records: z.array(z.record(FieldName, Value)).min(1).max(LIMITS.bulkWrite.rows).meta({
      description:
        'By API names. `null`, a blank text and `[]` clear a field, a name that is absent leaves it alone; a lookup is `{"id":".."}`. A record needs a value.',
    }),
  })
  .superRefine(({ operation, findBy, records }, context) => {
    if (operation === 'upsert' && findBy === undefined) {
      context.addIssue({ code: 'custom', path: ['findBy'], message: 'An upsert needs the field that finds records' });
    }
    const key = findBy ?? (operation === 'update' ? 'id' : undefined);
    let issues = 0;
    for (const [index, record] of records.entries()) {
      const isMissing = key !== undefined && isEmptyValue(ownValue(record, key) ?? null);
      const isEmpty = Object.values(record).every(isEmptyValue);
      if (!isMissing && !isEmpty) continue;
      const message = isEmpty ? 'Has no value' : `Lacks ${key}, by which it is found`;
      context.addIssue({ code: 'custom', path: ['records', index], message });
      issues += 1;
      if (issues === MAX_ISSUES) return;
    }
  });

const CallbackUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine(isAllowedCallback, 'Must be https, or http on this machine (loopback), without a user name');

export const BulkWriteRequest = z
  .strictObject({
    connection,
    operations: z.array(BulkWriteGroup).min(1).max(MAX_GROUPS),
    callbackUrl: CallbackUrl.optional().meta({
      description: 'Gets one POST at the end, without any value of a record.',
    }),
    callbackSecret: z
      .string()
      .regex(/^[\x21-\x7e]{16,200}$/, 'Must be 16 to 200 visible ASCII characters')
      .optional()
      .meta({ description: 'Signs the POST to the URL (HMAC-SHA256). Stored encrypted.', writeOnly: true }),
  })
  .superRefine(({ operations, callbackUrl, callbackSecret }, context) => {
    const total = operations.reduce((sum, { records }) => sum + records.length, 0);
    if (total > LIMITS.bulkWrite.rows) {
      const message = `There are ${total} records, and ${LIMITS.bulkWrite.rows} are allowed`;
      context.addIssue({ code: 'custom', path: ['operations'], message });
    }
    if ((callbackUrl === undefined) !== (callbackSecret === undefined)) {
      const path = [callbackUrl === undefined ? 'callbackUrl' : 'callbackSecret'];
      context.addIssue({ code: 'custom', path, message: 'A callback needs a URL and a secret' });
    }
  })
  .meta({
    id: 'BulkWriteRequest',
    description: `Up to ${MAX_RECORDS_TEXT} records to insert, update and upsert, mixed.`,
  });
export type BulkWriteRequest = z.infer<typeof BulkWriteRequest>;

const massUpdateShape = {
  connection,
  ids: z.array(ZohoId).min(1).max(LIMITS.massUpdate.viewRecords).optional().meta({ description: 'Of the records.' }),
  customView: ZohoId.optional().meta({ description: 'Id of a view: all of its records. Zoho returns only counts.' }),
  values: z
    .record(ApiName, Value)
    .refine((values) => Object.keys(values).length > 0, 'Must name a field')
    .meta({
      description: `What every record gets: ${LIMITS.massUpdate.fields('Leads')} field, up to ${LIMITS.massUpdate.fields('Deals')} of Deals.`,
    }),
  overWrite: z.boolean().optional().meta({ description: 'Replace the choices of a multi-select instead of adding.' }),
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
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function isAllowedCallback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
