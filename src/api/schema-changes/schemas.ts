import { z } from 'zod';
import { FIELD_STATUSES } from '../../domain/mirror/mirror-field';
import { SCHEMA_CHANGE_KINDS, SCHEMA_CHANGE_STATES } from '../../domain/schema-changes/schema-change';
import { PAGE_FIELDS } from '../http/paging';
import { lineOfText } from '../http/parameters';

const FieldState = z.strictObject({
  apiName: z.string(),
  column: z.string().meta({ description: 'Column of the value.' }),
  type: z.string().meta({ description: 'SQL type of the column.' }),
});

const Plan = z.strictObject({
  statements: z.array(z.string()),
  lock: z.literal('ACCESS EXCLUSIVE').meta({ description: 'Nobody reads or writes the table meanwhile.' }),
  rewrite: z.boolean().meta({ description: 'Whether every row is written anew.' }),
  bytes: z.int().meta({ description: 'Bytes that are rewritten, with the indexes.' }),
  seconds: z.number().meta({ description: 'Estimated time for which the lock is held.' }),
  dependents: z
    .array(
      z.strictObject({
        name: z.string(),
        drop: z.string().nullable().meta({ description: 'Statement that removes it.' }),
        create: z.string().nullable().meta({ description: 'Statement that makes it again.' }),
      }),
    )
    .meta({ description: 'What uses the column, so that PostgreSQL refuses the change.' }),
  columns: z.int().meta({ description: 'Columns that the table has afterwards.' }),
  misfits: z.int().optional().meta({
    description: 'Rows whose value does not become one of the new type; absent where counting takes too long.',
  }),
});

export const SchemaChange = z
  .strictObject({
    id: z.uuid(),
    connection: z.string(),
    module: z.string(),
    table: z.string(),
    kind: z.enum(SCHEMA_CHANGE_KINDS).meta({
      description:
        '`type_wider`: every value of the column fits the new type. `type_other`: not every one may; the old column is put aside as `{column}_before`. `field_gone`: Zoho no longer has the field, and its column can be dropped.',
    }),
    state: z.enum(SCHEMA_CHANGE_STATES).meta({
      description:
        '`waiting`: for a decision. `blocked`: PostgreSQL refused it, and it is tried again. `withdrawn`: Zoho has taken it back.',
    }),
    fieldId: z.string().nullable(),
    before: FieldState.nullable(),
    after: FieldState.nullable(),
    plan: Plan,
    detectedBy: z.uuid().nullable().meta({ description: 'Session that has found it.' }),
    detectedAt: z.iso.datetime(),
    decidedBy: z.string().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    reason: z.string().nullable(),
    appliedAt: z.iso.datetime().nullable(),
    attempts: z.int(),
    nextAttemptAt: z.iso.datetime().nullable(),
    error: z.string().nullable().meta({ description: 'Why it was not made the last time.' }),
    version: z.int().meta({ description: 'One more with every change of what is shown.' }),
  })
  .meta({
    id: 'SchemaChange',
    description: "A difference between Zoho's field and the columns of the mirror, and what became of it.",
  });
export type SchemaChange = z.infer<typeof SchemaChange>;

const MirroredField = z.strictObject({
  fieldId: z.string(),
  apiName: z.string(),
  formerApiNames: z.array(z.string()).meta({ description: 'Names that the field had before, the latest last.' }),
  dataType: z.string().meta({ description: "Zoho's type of the field." }),
  column: z.string().nullable().meta({ description: 'Null while the table has no column for it.' }),
  nameColumn: z.string().nullable().meta({ description: 'Column of the name, of a lookup.' }),
  type: z.string().meta({ description: 'SQL type of the column.' }),
  wantedType: z
    .string()
    .nullable()
    .meta({ description: "Type that Zoho's field needs, where the column has another." }),
  status: z.enum(FIELD_STATUSES).meta({
    description:
      '`pending`: its column could not be added yet. `hidden`: Zoho does not show it, maybe for lack of a permission; its column keeps the last values. `removed`: not for a week, so it counts as deleted.',
  }),
  filled: z
    .boolean()
    .meta({ description: 'Whether records that were not modified since the column came have their values.' }),
  hiddenSince: z.iso.datetime().nullable(),
});

export const ModuleSchema = z
  .strictObject({ module: z.string(), table: z.string(), fields: z.array(MirroredField) })
  .meta({ id: 'ModuleSchema', description: 'The fields of a module and their columns, as the mirror knows them.' });
export type ModuleSchema = z.infer<typeof ModuleSchema>;

export const SchemaChangePage = z
  .strictObject({ schemaChanges: z.array(SchemaChange), ...PAGE_FIELDS })
  .meta({ id: 'SchemaChangePage' });

export const SchemaChangeAnswer = z.strictObject({ schemaChange: SchemaChange }).meta({ id: 'SchemaChangeAnswer' });

export const SchemaChangeParams = z.strictObject({
  id: z.uuid('Must be the id of a schema change').meta({ description: 'Id of the change.' }),
});

const Version = z.int().min(1).meta({ description: 'The version that the caller has seen.' });
const Reason = lineOfText(500).trim().min(1);

export const SchemaApproval = z
  .strictObject({ version: Version, reason: Reason.optional() })
  .meta({ id: 'SchemaApproval', description: 'Consent to what the caller has seen.' });

export const SchemaRejection = z
  .strictObject({ version: Version, reason: Reason })
  .meta({ id: 'SchemaRejection', description: 'Refusal of what the caller has seen, and why.' });
