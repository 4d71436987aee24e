import { z } from 'zod';
import { isBigintId } from '../../domain/records/bigint-id';
import { LIMITS } from '../../domain/zoho-limits';
import { AGGREGATE_FUNCTIONS } from '../../zoho/query/coql-query';
import type { RecordCriteria } from '../../zoho/query/criteria';
import { CRITERIA_OPERATORS, CRITERIA_TYPES } from '../../zoho/query/criteria-types';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, ZohoId } from '../http/parameters';

/** Of Zoho's own: what a record carries beside its fields begins with $. */
const KEY = /^(id|[$A-Za-z][\w$]{0,99})$/;
/** More digits than a double keeps for certain. */
const SAFE_DIGITS = 15;
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

const fieldPath = z.string().regex(/^[\w$.>-]{1,310}$/, 'Must be an API name or a path of API names');
const fieldNames = z.array(ApiName).min(1).max(LIMITS.listPage.fields);
const page = z.int().min(1).max(2_000).default(1);
const perPage = z.int().min(1).max(LIMITS.listPage.rows).default(LIMITS.listPage.rows);
const converted = z.enum(['true', 'false', 'both']);

const number = z
  .number()
  .refine((value) => String(value).replaceAll(/\D/g, '').length <= SAFE_DIGITS, 'Has many digits: give it as a text');

const Comparison = z.strictObject({
  field: fieldPath,
  type: z.enum(CRITERIA_TYPES).meta({ description: "Data type of the field's metadata; `id` for the record's id." }),
  operator: z.enum(CRITERIA_OPERATORS),
  values: z
    .array(z.union([z.string().max(10_000), number, z.boolean()]))
    .max(LIMITS.coql.valuesPerIn)
    .meta({
      description: `None for \`is_null\`, two for \`between\`, up to ${LIMITS.coql.valuesPerIn} for \`in\`, else one.`,
    }),
});

const Criteria: z.ZodType<RecordCriteria, RecordCriteria> = z
  .union([
    Comparison,
    z.strictObject({
      groupOperator: z.enum(['and', 'or']),
      group: z.lazy(() => z.array(Criteria).min(1).max(LIMITS.coql.criteria)),
    }),
  ])
  .meta({ id: 'Criteria', description: 'A condition on a field, or a group of conditions.' });

const search = {
  criteria: Criteria.optional(),
  email: z.string().max(300).optional().meta({ description: 'In any e-mail field.' }),
  phone: z.string().max(300).optional().meta({ description: 'In any phone field.' }),
  word: z.string().max(300).optional().meta({ description: 'Anywhere in the record.' }),
};

export const SearchRequest = z
  .strictObject({
    ...search,
    fields: fieldNames.optional().meta({ description: 'All that the user may see when absent.' }),
    page,
    perPage,
    converted: converted.optional(),
  })
  .refine(
    (body) => Object.keys(search).filter((key) => body[key as keyof typeof search] !== undefined).length === 1,
    'Must have one of criteria, email, phone and word',
  )
  .meta({ id: 'SearchRequest', description: "Searches Zoho's index; page times perPage reaches 2,000 records." });

const aggregate = z.strictObject({ aggregate: z.enum(AGGREGATE_FUNCTIONS), field: fieldPath, as: ApiName });

export const QueryRequest = z
  .strictObject({
    select: z
      .array(z.union([fieldPath, aggregate]))
      .min(1)
      .max(LIMITS.coql.columns),
    where: Criteria.optional(),
    groupBy: z.array(fieldPath).max(LIMITS.coql.groupBy).optional(),
    orderBy: z
      .array(z.strictObject({ field: fieldPath, order: z.enum(['asc', 'desc']).optional() }))
      .max(LIMITS.coql.orderBy)
      .optional(),
    limit: z.int().min(1).max(LIMITS.coql.rows).default(LIMITS.coql.rowsWithoutLimit),
    offset: z.int().min(0).max(LIMITS.coql.reach).default(0),
  })
  .meta({ id: 'QueryRequest', description: 'A COQL query of the module; values are quoted, names checked.' });

export const CountRequest = z
  .strictObject({ criteria: Criteria.optional(), converted: converted.optional() })
  .meta({ id: 'CountRequest', description: 'Which records to count; all without criteria.' });

export const WRITE_ACTIONS = ['insert', 'update', 'upsert', 'delete'] as const;
export const CHECKED_ACTIONS = ['insert', 'update', 'upsert'] as const;

const record = z.record(z.string().regex(KEY, 'Must be an API name'), z.unknown());
const records = z.array(record).min(1).max(LIMITS.write.records, `Must be at most ${LIMITS.write.records} records`);

export const WriteRequest = z
  .strictObject({
    operation: z.enum(WRITE_ACTIONS),
    records: records.meta({ description: 'By API names; update and delete need `id`, delete looks at nothing else.' }),
    duplicateCheckFields: z.array(ApiName).max(10).optional().meta({
      description: 'Unique fields by which an upsert finds records, in the order they are tried.',
    }),
    trigger: z
      .array(z.enum(['approval', 'workflow', 'blueprint', 'pathfinder', 'orchestration']))
      .optional()
      .meta({ description: 'The automations that run: all when absent, none for an empty list.' }),
    allowNewChoices: z.boolean().optional().meta({
      description: 'Send choices that a picklist does not have. Otherwise such a record is refused.',
    }),
    ifUnmodifiedSince: z.string().regex(WHOLE_SECONDS, 'Must be a time in whole seconds with offset').optional().meta({
      description: 'Refuses the one record if it was changed after this time.',
    }),
  })
  .superRefine(({ operation, records: given, duplicateCheckFields, ifUnmodifiedSince, trigger }, context) => {
    const refuse = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (operation === 'update' || operation === 'delete') {
      for (const [place, { id }] of given.entries()) {
        if (!isBigintId(id)) refuse(['records', place, 'id'], 'Must be a text of digits below 2^63');
      }
    }
    if (duplicateCheckFields && operation !== 'upsert') refuse(['duplicateCheckFields'], 'Belongs to an upsert');
    if (ifUnmodifiedSince !== undefined && (given.length > 1 || operation === 'insert' || operation === 'delete')) {
      refuse(['ifUnmodifiedSince'], 'Guards one record that is updated or upserted');
    }
    if (operation === 'delete' && trigger?.some((name) => name !== 'workflow')) {
      refuse(['trigger'], 'A delete runs workflows or nothing');
    }
  })
  .meta({ id: 'WriteRequest', description: `Writes up to ${LIMITS.write.records} records; each has its own outcome.` });

const position = z.int().min(0).meta({ description: 'Of the record in the request, from 0.' });

const WrittenRecord = z.strictObject({
  position,
  status: z.literal('success'),
  id: z.string(),
  action: z.enum(['insert', 'update', 'delete']),
  modifiedTime: z.string().nullable(),
  createdTime: z.string().nullable(),
  modifiedBy: z.string().nullable(),
  duplicateField: z.string().nullable().meta({ description: 'By which an upsert found the record.' }),
});

const RecordError = z
  .strictObject({
    code: z.string().meta({ description: "Zoho's code." }),
    category: z.string(),
    fieldName: z.string().nullable().meta({ description: 'API name, also where only a part of the value is wrong.' }),
    jsonPath: z.string().nullable().meta({ description: "In Zoho's request, such as `$.data[0].Owner.id`." }),
    pointer: z
      .string()
      .nullable()
      .meta({ description: 'Into the body of this request, such as `#/records/0/Owner/id`.' }),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'RecordError', description: 'One mistake in a record. Its values are not shown.' });

const RefusedRecord = z.strictObject({
  position,
  status: z.literal('error'),
  category: z.string(),
  code: z.string().meta({ description: "Zoho's code." }),
  fieldName: z.string().nullable(),
  jsonPath: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  errors: z.array(RecordError).meta({ description: 'Every mistake that Zoho names; above is the one that decides.' }),
  retryable: z.boolean(),
  retryAfterMs: z.number().nullable(),
  whatToDo: z.string(),
  duplicateRecordId: z.string().nullable(),
  current: z
    .strictObject({ id: z.string().nullable(), modifiedTime: z.string().nullable(), modifiedBy: z.string().nullable() })
    .nullable()
    .meta({ description: 'The current record, if it has changed in the meantime.' }),
});

export const WriteAnswer = z
  .strictObject({
    succeeded: z.int(),
    failed: z.int(),
    outcomes: z.array(z.discriminatedUnion('status', [WrittenRecord, RefusedRecord])),
  })
  .meta({ id: 'WriteAnswer', description: 'One outcome for each record, in the order of the request.' });
export type WriteAnswer = z.infer<typeof WriteAnswer>;

export const ValidateRequest = z
  .strictObject({ operation: z.enum(CHECKED_ACTIONS), records })
  .meta({ id: 'ValidateRequest', description: 'Records to check without writing them.' });

export const ValidateAnswer = z
  .strictObject({
    valid: z.int(),
    invalid: z.int(),
    records: z.array(
      z.strictObject({
        position,
        problemCount: z.int().min(0).meta({ description: 'Of all problems; those that are left out, too.' }),
        problems: z.array(z.strictObject({ field: z.string(), code: z.string(), detail: z.string() })),
      }),
    ),
  })
  .meta({
    id: 'ValidateAnswer',
    description: "What the fields' metadata say is wrong with each record. Zoho can still refuse what passes.",
  });
export type ValidateAnswer = z.infer<typeof ValidateAnswer>;

export const RecordsAnswer = z
  .looseObject({
    data: z.array(z.looseObject({})),
    info: z.looseObject({ count: z.number(), more_records: z.boolean(), next_page_token: z.string().nullish() }),
  })
  .meta({
    id: 'RecordsAnswer',
    description: "Zoho's page as it came, byte for byte: names, order and digits are Zoho's.",
  });

export const RecordAnswer = z
  .looseObject({ data: z.tuple([z.looseObject({ id: z.string() })]) })
  .meta({ id: 'RecordAnswer', description: "Zoho's record as it came, byte for byte." });

export const CountAnswer = z
  .strictObject({ count: z.int().min(0), asOf: z.iso.datetime().meta({ description: "Zoho's clock." }) })
  .meta({ id: 'CountAnswer', description: 'How many records Zoho counts.' });

export const DeletedPage = z
  .strictObject({
    records: z.array(z.strictObject({ id: ZohoId, type: z.enum(['recycle', 'permanent']), deletedTime: z.string() })),
    ...PAGE_FIELDS,
    asOf: z.iso.datetime().meta({ description: "Zoho's clock." }),
  })
  .meta({ id: 'DeletedPage', description: 'Deleted records; those of type `recycle` can be restored.' });
