import { z } from 'zod';
import type * as comparison from '../../domain/mirror/comparison-findings';
import { COUNT_OUTCOMES } from '../../domain/mirror/explain-counts';
import { COMPARISONS, READ_PATHS, RUN_STATUSES } from '../../domain/runs/enums';
import type { RunLogData } from '../../domain/runs/run';
import type * as verifications from '../../domain/runs/verification';
import * as night from '../../temporal/contract/nightly';
import type * as results from '../../temporal/contract/results';
import type * as messages from '../../temporal/contract/sync-messages';
import { storedObject } from '../runs/stored-object';

const rows = z.int().min(0);
const zohoTime = z.iso.datetime({ offset: true }).meta({ description: 'By the clock of Zoho.' });
const fieldCount = rows.meta({ description: 'Number of fields that are read.' });
const warnings = z.array(z.string()).meta({ description: 'For a person to know before reading the result.' });

/** Options of a session, as its request gave them. */
export const SyncOptions = storedObject<
  messages.FullSyncOptions & messages.IncrementalSyncOptions & messages.VerifyOptions
>({
  fields: z.array(z.string()).optional().meta({ description: 'API names; every field when absent.' }),
  allowMassDelete: z.boolean().optional(),
  massDeletePercent: z.number().optional(),
  path: z.enum(READ_PATHS).optional(),
  compare: z.enum(COMPARISONS).optional(),
  since: zohoTime.optional(),
  lookBackHours: z.number().optional(),
  repair: z.boolean().optional(),
}).meta({ id: 'SyncOptions', description: 'What a session was asked to do.' });

const moduleName = z.string().optional().meta({ description: "Zoho's name of the module at that time." });

const FullSyncPlan = storedObject<results.FullSyncPlan>({
  module: moduleName,
  path: z.enum(READ_PATHS).meta({ description: 'How the module is read.' }),
  calls: rows,
  credits: z.number().min(0),
  seconds: z.number().min(0).meta({ description: "Estimated seconds at Zoho, without the database's share." }),
  complete: z.boolean().meta({ description: 'Whether every field of the module is read.' }),
  reason: z.string().meta({ description: 'Why this path, in one sentence.' }),
  expectedRows: rows,
  lowWatermark: zohoTime.meta({ description: 'Changes after this time of Zoho are read again at the end.' }),
  mirrorWasEmpty: z.boolean(),
  deletesFollowedUntil: zohoTime
    .nullable()
    .meta({ description: 'Until when earlier sessions followed deletes; null if none did.' }),
  promisedUntil: zohoTime
    .nullish()
    .meta({ description: 'Up to this time of Zoho the mirror had to be right; null if it promised nothing.' }),
  fields: fieldCount,
  hasModifiedTime: z.boolean(),
  notExported: z
    .array(z.string())
    .optional()
    .meta({ description: 'Fields and names of lookups that bulk read refuses; absent from older sessions.' }),
  comparedFields: z
    .array(z.string())
    .optional()
    .meta({ description: 'Fields that are exported to find what differs; absent where all of them are read.' }),
  idsOnly: z.boolean().optional().meta({ description: 'Only ids and times are read, by another way than before.' }),
  affordable: z.boolean().optional().meta({ description: 'Whether the credits of the day suffice.' }),
  leavesOutConverted: z
    .boolean()
    .meta({ description: 'The path does not show converted records: list pages read them after the rest.' }),
  compare: z
    .enum(COMPARISONS)
    .optional()
    .meta({ description: 'Whether every value is compared, or only what was modified; absent from older sessions.' }),
  warnings,
}).meta({ id: 'FullSyncPlan', description: 'How a full sync reads its module, and what that takes.' });

const IncrementalSyncPlan = storedObject<results.IncrementalSyncPlan>({
  module: moduleName,
  changesSince: zohoTime.meta({ description: 'Changes are read from this time of Zoho on.' }),
  deletesSince: zohoTime.meta({ description: 'Deletes are read from this time of Zoho on.' }),
  fields: fieldCount,
  dueRecords: rows.optional().meta({ description: 'Records in quarantine that are asked for again.' }),
  countDue: z.boolean().optional().meta({ description: 'Both sides are counted even if no row comes or goes.' }),
  warnings,
}).meta({ id: 'IncrementalSyncPlan', description: 'From when on an incremental sync reads.' });

/** Plan of a session. */
export const SyncPlan = z
  .union([FullSyncPlan, IncrementalSyncPlan])
  .meta({ id: 'SyncPlan', description: 'Plan of a full or an incremental sync.' });

/** Findings of a comparison. */
export const FINDINGS = {
  depth: z
    .enum(COMPARISONS)
    .meta({ description: '`times`: what has the same time is believed to have the same values.' }),
  rowsCompared: rows,
  missing: rows.meta({ description: 'Records that the mirror lacked.' }),
  stale: rows.meta({ description: 'Rows of an older version.' }),
  extra: rows.meta({ description: 'Rows that Zoho does not know.' }),
  values: rows.meta({ description: 'Rows with other values, of the version that Zoho has.' }),
  silent: rows.meta({ description: 'Rows with other values of fields that change without the time of modification.' }),
  explained: rows.meta({
    description: 'Records that came, changed or went since the watermark; no part of the others.',
  }),
  repaired: rows,
  held: rows.meta({ description: 'What waits for a person.' }),
  failed: rows.meta({ description: 'What could not be repaired.' }),
  drift: z.number().meta({ description: 'Share of the compared rows that the mirror should have had right.' }),
  valuesComparedAt: z.iso.datetime().nullable().meta({ description: 'When every value was compared last.' }),
};

const ComparisonFindings = storedObject<comparison.ComparisonFindings>(FINDINGS).meta({
  id: 'ComparisonFindings',
  description: 'What a comparison of a module with its mirror has found, in records.',
});

const CountedResult = storedObject<messages.SyncResult>({
  status: z.enum(RUN_STATUSES),
  read: rows,
  created: rows,
  updated: rows,
  unchanged: rows,
  deleted: rows,
  failed: rows.meta({ description: 'Rows in quarantine.' }),
  zohoRows: rows
    .optional()
    .meta({ description: 'Rows of the module as Zoho counted them at the end; absent where nothing was counted.' }),
  mirrorRows: rows.optional().meta({ description: 'Rows of the mirror, counted at the same time.' }),
  compared: z
    .enum(COMPARISONS)
    .optional()
    .meta({ description: 'What a full sync compared of rows that were not modified; absent from older sessions.' }),
  findings: ComparisonFindings.optional(),
}).meta({
  id: 'SyncResult',
  description:
    'Rows of a completed sync by what became of them, and the counts of both sides; `verification` says whether they fit together.',
});

const RefreshResult = storedObject<messages.RefreshResult>({
  status: z.enum(RUN_STATUSES),
  requested: rows,
  found: rows.meta({ description: 'Records that Zoho has.' }),
  vanished: rows.meta({ description: 'Records that Zoho does not know, and that are no longer in the mirror.' }),
  kept: rows.meta({
    description: 'Records that Zoho does not know and that stay in the mirror, since too many vanished at once.',
  }),
  read: rows,
  created: rows,
  updated: rows,
  unchanged: rows,
  failed: rows.meta({ description: 'Records in quarantine.' }),
}).meta({ id: 'RefreshResult', description: 'Chosen records by what became of them.' });

const NightResult = storedObject<night.NightResult>({
  modules: z.array(
    z.looseObject({
      module: z.string(),
      outcome: z.enum(night.NIGHT_OUTCOMES),
      reason: z.string().nullable().meta({ description: 'Why it did not complete.' }),
      sessionId: z.string().nullable().meta({ description: 'null where no session was opened.' }),
      read: rows,
      created: rows,
      updated: rows,
      deleted: rows,
      credits: z.number().min(0),
    }),
  ),
  credits: z.number().min(0).meta({ description: 'Of all sessions of the night.' }),
}).meta({ id: 'NightResult', description: 'Summary of a night: what became of each module.' });

const FindingsResult = storedObject<messages.FindingsResult>({
  status: z.enum(RUN_STATUSES),
  findings: ComparisonFindings,
}).meta({ id: 'FindingsResult', description: 'What a verification has found that only looked.' });

const FillResult = storedObject<messages.FillResult>({
  status: z.enum(RUN_STATUSES),
  filled: z.array(z.string()).meta({ description: 'Fields whose new columns have their values.' }),
  left: z.array(z.string()).meta({ description: 'Fields whose values come with the next full sync.' }),
  read: rows,
  created: rows,
  updated: rows,
  unchanged: rows,
  failed: rows.meta({ description: 'Records in quarantine.' }),
}).meta({ id: 'FillResult', description: 'What was read of the values of new columns.' });

/** Result of a session that has one. */
export const SessionResult = z.union([CountedResult, RefreshResult, FillResult, NightResult, FindingsResult]).meta({
  id: 'SessionResult',
  description: 'Result of a sync of a module, of chosen records, of new columns, or of a night.',
});

const ChangesRead = storedObject<verifications.ChangesRead>({ kind: z.literal('changes') }).meta({
  id: 'ChangesRead',
  description: 'All changes were read, and none of them adds or removes a row: the last count still holds.',
});

const CountVerification = storedObject<verifications.CountVerification>({
  kind: z.literal('counts'),
  at: z.string().meta({ description: 'When both sides were counted, by the clock of Zoho.' }),
  zohoRows: rows,
  zohoRowsAfter: rows
    .optional()
    .meta({ description: "Zoho's count after the mirror's, where the first one differed." }),
  mirrorRows: rows,
  movedRows: rows.optional().meta({ description: 'Rows that came and went in the moments before.' }),
  unmirroredRows: rows.meta({ description: 'Records that are in quarantine only.' }),
  heldRows: rows.optional().meta({ description: 'Rows whose removal waits for a person.' }),
  outcome: z.enum(COUNT_OUTCOMES).meta({
    description:
      '`agreed`; `known`: the counts differ as they did when that was looked into; `unexplained`: another difference, by which a comparison of all rows is asked for.',
  }),
  unexplained: z
    .int()
    .optional()
    .meta({ description: 'Rows that Zoho counts more than the mirror accounts for, fewer if negative.' }),
}).meta({
  id: 'CountVerification',
  description: 'The counts of both sides at the end of a session, and what they say.',
});

/** Result of the check at the end of a session. */
export const Verification = z
  .union([CountVerification, ChangesRead])
  .meta({ id: 'Verification', description: 'Result of the check at the end of a session.' });

/** Facts of a log line beside its text. */
export const LogData = storedObject<RunLogData>({
  type: z.string().nullable().optional().meta({ description: 'Type of the failure that ended the session.' }),
}).meta({ id: 'LogData', description: 'Facts of a log line beside its text.' });
