import { z } from 'zod';
import {
  NIGHTLY_DEPTHS,
  VERIFY_INTERVALS,
  type ConfigurationSettings,
} from '../../domain/configurations/configuration';
import { CONFLICT_STRATEGIES } from '../../domain/runs/enums';
import { PAGE_FIELDS } from '../http/paging';
import { ApiName, connection, plainText } from '../http/parameters';

const MOST_FIELDS = 1_000;
const DAY_MINUTES = 1_440;

const ConfigName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'Must be 1 to 100 letters, digits, _, . or -, beginning with no mark')
  .meta({ description: 'Name of the configuration, unique in this installation. Never changes.' });

/** A whole number within limits, with a sentence for everything else. */
function wholeNumber(what: string, least: number, most: number) {
  const sentence = `Must be a whole number of ${what} from ${least} to ${most}`;
  return z.int(sentence).min(least, sentence).max(most, sentence);
}

function percent(what: string) {
  const sentence = `Must be ${what}, a number from 0 to 100`;
  return z.number(sentence).min(0, sentence).max(100, sentence).multipleOf(0.01, 'Must have two decimals at the most');
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `Must be one of ${values.join(', ')}`);
}

const fieldNames = z
  .array(ApiName, 'Must be a list of API names of fields')
  .max(MOST_FIELDS, `Must be at most ${MOST_FIELDS} fields`)
  .refine((names) => new Set(names).size === names.length, 'Must not name a field twice')
  .default([]);

function byField<Value extends z.ZodType>(value: Value, what: string) {
  return z
    .record(ApiName, value, `Must be an object with ${what} by the API name of a field`)
    .refine((entries) => Object.keys(entries).length <= MOST_FIELDS, `Must be at most ${MOST_FIELDS} fields`);
}

const yesOrNo = z.boolean('Must be true or false');

const settings = {
  isActive: yesOrNo.default(true).meta({ description: 'Whether the clock starts syncs of the module.' }),
  syncFrequencyMinutes: wholeNumber('minutes', 1, 7 * DAY_MINUTES)
    .optional()
    .meta({ description: 'Between incremental syncs; 15 when absent, 60 in the Free edition.' }),
  batchSize: wholeNumber('records', 1, 200).default(100),
  fieldMappings: byField(plainText(63), 'the name of a column').default({}),
  requiredFields: fieldNames,
  readonlyFields: fieldNames,
  indexedFields: fieldNames.meta({
    description:
      'Fields whose columns the mirror indexes, besides the lookups to modules; lists and long texts cannot be. An index is made by the next full sync, and stays when its field leaves the list.',
  }),
  defaultConflictResolution: oneOf(CONFLICT_STRATEGIES).default('crm_wins'),
  fieldSpecificResolutions: byField(oneOf(CONFLICT_STRATEGIES), 'a strategy').default({}),
  validationRules: byField(
    z.record(plainText(100), z.union([z.number(), z.boolean(), plainText(500)])),
    'its rules',
  ).default({}),
  qualityThresholds: z
    .record(plainText(100), z.number('Must be a share from 0 to 1').min(0).max(1, 'Must be a share from 0 to 1'))
    .default({}),
  rateLimitBuffer: percent("the share of the day's credits that stays free")
    .default(10)
    .meta({ description: "Per cent of the day's credits that stay free." }),
  maxConcurrentOperations: wholeNumber('calls', 1, 100)
    .default(5)
    .meta({ description: 'Calls of the organization that may be in flight at a time.' }),
  timeoutSeconds: wholeNumber('seconds', 1, 86_400).default(300),
  alertOnFailures: yesOrNo.default(true),
  failureThresholdPercentage: percent('a share of the sessions').default(5),
  nightly: oneOf(NIGHTLY_DEPTHS).default('compare').meta({
    description:
      'What the night does: `compare` looks at every row and trusts equal times of modification, `incremental` reads changes.',
  }),
  verifyEvery: oneOf(VERIFY_INTERVALS)
    .default('weekly')
    .meta({ description: 'How often a night compares every value instead.' }),
  jitterSeconds: wholeNumber('seconds', 0, 3_600)
    .default(60)
    .meta({ description: 'A sync begins up to so much later, so that not all begin at once.' }),
  catchUpMinutes: wholeNumber('minutes', 1, 7 * DAY_MINUTES)
    .nullable()
    .default(null)
    .meta({
      description:
        'How late a missed sync still begins; null: as late as the next one, at least 10. One covers all that were missed.',
    }),
  lookBackHours: wholeNumber('hours', 0, 720).default(26).meta({
    description:
      'How far before the end of the last sync a night that reads changes begins, for what Zoho has shown late; 0: not at all.',
  }),
  countEveryMinutes: wholeNumber('minutes', 0, DAY_MINUTES).default(60).meta({
    description:
      'How often a sync of changes counts both sides although no row came or went, for 1 API credit; 0: each time.',
  }),
  pauseAfterFailures: wholeNumber('sessions', 0, 1_000).default(10),
};

const content = {
  connection,
  moduleName: ApiName.meta({ description: 'API name of the module in Zoho CRM, e.g. `Deals`.' }),
  ...settings,
};

export const ConfigurationRequest = z
  .strictObject({ configName: ConfigName, ...content })
  .meta({ id: 'ConfigurationRequest', description: 'How a module is synced, and when.' });
export type ConfigurationRequest = z.infer<typeof ConfigurationRequest>;

export const ConfigurationContent = z.strictObject(content).meta({
  id: 'ConfigurationContent',
  description: 'A configuration without its name: what is absent gets its default.',
});
export type ConfigurationContent = z.infer<typeof ConfigurationContent>;

/** Anything: what is wrong with it is the answer. */
export const ConfigurationDraft = z
  .looseObject({ connection })
  .meta({ id: 'ConfigurationDraft', description: 'A configuration that may be wrong.' });

export const ConfigurationParams = z.strictObject({ name: ConfigName });

const ETAG = /^(?:W\/)?"(\d{1,9})"$/;

/** The version that the caller has seen. */
export const IfMatch = z.object({
  'if-match': z
    .string()
    .regex(ETAG, 'Must be the ETag of an answer, e.g. "3"')
    .transform((tag) => Number(ETAG.exec(tag)?.[1]))
    .optional()
    .meta({ type: 'string', description: 'ETag of the configuration as the caller has seen it.' }),
});

export function etagOf(version: number): string {
  return `"${version}"`;
}

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });

/** A setting as it is answered: never absent. */
type Answered = { [Name in keyof ConfigurationSettings]: z.ZodType<ConfigurationSettings[Name]> };

const answered = {
  isActive: z.boolean(),
  syncFrequencyMinutes: z.int(),
  batchSize: z.int(),
  fieldMappings: z.record(z.string(), z.string()),
  requiredFields: z.array(z.string()),
  readonlyFields: z.array(z.string()),
  indexedFields: z.array(z.string()),
  defaultConflictResolution: z.enum(CONFLICT_STRATEGIES),
  fieldSpecificResolutions: z.record(z.string(), z.enum(CONFLICT_STRATEGIES)),
  validationRules: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  qualityThresholds: z.record(z.string(), z.number()),
  rateLimitBuffer: z.number(),
  maxConcurrentOperations: z.int(),
  timeoutSeconds: z.int(),
  alertOnFailures: z.boolean(),
  failureThresholdPercentage: z.number(),
  nightly: z.enum(NIGHTLY_DEPTHS),
  verifyEvery: z.enum(VERIFY_INTERVALS),
  jitterSeconds: z.int(),
  catchUpMinutes: z.int().nullable(),
  lookBackHours: z.int(),
  countEveryMinutes: z.int(),
  pauseAfterFailures: z.int(),
} satisfies Answered;

const Settings = z
  .strictObject(answered)
  .meta({ id: 'ConfigurationSettings', description: 'Every setting, those with their default included.' });

export const Configuration = z
  .strictObject({
    id: z.uuid(),
    configName: z.string(),
    connection: z.string(),
    moduleName: z.string(),
    ...answered,
    pausedAt: timestamp.nullable().meta({ description: "When the module's schedule was paused; null while it runs." }),
    pausedBy: z.string().nullable(),
    pausedReason: z.string().nullable(),
    version: z.int().meta({ description: 'One more with every change; it is the ETag.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
    createdBy: z.string().nullable(),
  })
  .meta({ id: 'Configuration', description: 'How a module is synced, and when.' });
export type Configuration = z.infer<typeof Configuration>;

export const ConfigurationAnswer = z
  .strictObject({ configuration: Configuration })
  .meta({ id: 'ConfigurationAnswer', description: 'A configuration.' });

export const ConfigurationPage = z
  .strictObject({ configurations: z.array(Configuration), ...PAGE_FIELDS })
  .meta({ id: 'ConfigurationPage', description: 'Configurations by name.' });

export const ConfigurationValidation = z
  .strictObject({
    valid: z.boolean(),
    errors: z.array(
      z.strictObject({
        pointer: z.string().meta({ description: 'JSON pointer into the configuration.' }),
        detail: z.string(),
      }),
    ),
    warnings: z.array(z.string()).meta({ description: 'For a person to know; they refuse nothing.' }),
    meaning: z
      .strictObject({
        settings: Settings,
        nextRuns: z.array(z.strictObject({ kind: z.enum(['incremental', 'nightly']), at: timestamp })).meta({
          description: 'The next five of each kind, without the jitter, as if the configuration began now.',
        }),
        creditsPerDay: z.strictObject({
          incremental: z.number(),
          nightly: z.number().nullable().meta({ description: 'null until a full sync has shown what one takes.' }),
          total: z.number(),
        }),
      })
      .nullable()
      .meta({ description: 'What the configuration would do; null if it is not valid.' }),
  })
  .meta({ id: 'ConfigurationValidation', description: 'What is wrong with a configuration, and what it would do.' });
export type ConfigurationValidation = z.infer<typeof ConfigurationValidation>;
