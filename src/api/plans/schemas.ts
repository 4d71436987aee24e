import { z } from 'zod';
import { READ_GOALS, READ_METHODS } from '../../domain/planning/read-methods';
import { WRITE_OPERATIONS, WRITE_METHODS } from '../../domain/planning/write-methods';
import { ApiName, connection } from '../http/parameters';

const whole = z.int().min(0).max(1_000_000_000);
const amount = z.number().min(0).max(1_000_000_000);

const common = {
  module: ApiName,
  connection,
  latencyMs: amount.optional().meta({
    description: 'Milliseconds of one call; when absent, measured over the last 24 hours.',
  }),
  creditsLeft: amount.optional().meta({ description: 'API credits left of the rolling day.' }),
  dailyCredits: amount.optional().meta({
    description: 'API credits of a day; what the ledger knows as spent is taken off, unless `creditsLeft` is given.',
  }),
  bufferPercent: z.number().min(0).max(100).default(10).meta({ description: 'Share of the credits to leave alone.' }),
  withinSeconds: amount.optional().meta({ description: 'Seconds the work may take: how fresh the result must be.' }),
  creditsPerSecond: amount.optional().meta({ description: 'What a second of waiting is worth, in credits.' }),
};

const ReadPlanRequest = z
  .strictObject({
    kind: z.literal('read'),
    ...common,
    goal: z.enum(READ_GOALS).default('all').meta({
      description: 'The whole module, what changed since a moment, certain records, or what was deleted.',
    }),
    rows: whole.optional().meta({ description: 'Rows of the module; when absent, as the newest full sync counted.' }),
    wantedRows: whole.optional().meta({ description: 'Rows that changed, or records that are wanted.' }),
    deletedRows: whole.optional().meta({ description: 'Rows that were deleted since.' }),
    fields: whole.min(1).max(1000).optional().meta({
      description: 'How many fields are read; when absent, those that the mirror knows.',
    }),
    fieldsNotInBulk: whole.optional().meta({ description: 'Of these, fields that bulk read cannot export.' }),
    fieldsNotInCoql: whole.optional().meta({ description: 'Of these, fields that COQL does not return whole.' }),
  })
  .meta({ description: 'Asks how to read.' });

const WritePlanRequest = z
  .strictObject({
    kind: z.literal('write'),
    ...common,
    operation: z.enum(WRITE_OPERATIONS),
    rows: whole,
    fields: whole.min(1).max(1000).default(1).meta({ description: 'How many fields are written.' }),
    fieldsNotInBulk: whole.default(0).meta({ description: 'Of these, fields that bulk write cannot take.' }),
    fieldsNotInMassUpdate: whole.default(0).meta({ description: 'Of these, fields without the mass-update flag.' }),
    sameValues: z.boolean().default(false).meta({ description: 'Whether every row gets the same values.' }),
    hasView: z.boolean().default(false).meta({ description: 'Whether a custom view holds exactly these rows.' }),
    unlessModified: z.boolean().default(false).meta({
      description: 'Whether a record that has changed in the meantime must not be overwritten.',
    }),
    automations: z.enum(['run', 'skip', 'any']).default('any').meta({
      description: 'Whether workflows and approvals must run, must not, or may.',
    }),
    outcomes: z.boolean().default(true).meta({ description: 'Whether the outcome of each record must be known.' }),
    bytesPerRow: whole.min(1).default(500).meta({ description: 'Bytes of a row as CSV.' }),
  })
  .meta({ description: 'Asks how to write.' });

export const PlanRequest = z
  .discriminatedUnion('kind', [ReadPlanRequest, WritePlanRequest])
  .meta({ id: 'PlanRequest', description: 'Asks for the cheapest adequate method; nothing is run.' });
export type PlanRequest = z.output<typeof PlanRequest>;

const weighed = {
  method: z.enum([...READ_METHODS, ...WRITE_METHODS]),
  calls: z.number().min(0),
  credits: z.number().min(0),
  seconds: z.number().min(0).meta({ description: 'Estimated seconds at Zoho.' }),
  adequate: z.boolean().meta({ description: 'Does all of the work within the credits and the time.' }),
  reason: z.string(),
};

export const Plan = z
  .strictObject({
    kind: z.enum(['read', 'write']),
    connection: z.string(),
    module: z.string(),
    ...weighed,
    violations: z.array(z.string()).meta({ description: 'Why even the best method is not adequate, one clause each.' }),
    steps: z.array(z.strictObject({ operation: z.string(), calls: z.number(), credits: z.number() })),
    rejected: z.array(z.strictObject(weighed)).meta({ description: 'The other methods, best first.' }),
    assumed: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).meta({
      description: 'The numbers the plan was made from, given ones and those that were looked up.',
    }),
  })
  .meta({ id: 'Plan', description: 'The method to use, its cost, and the rejected methods.' });
export type Plan = z.infer<typeof Plan>;
