import { readCreditsOfSyncs } from '../../db/configurations/credits-of-syncs';
import { findApiLimits } from '../../db/credits/api-limits';
import type { ConnectionModel } from '../../db/models/connection';
import type { ConfigurationSettings } from '../../domain/configurations/configuration';
import { configurationWarnings } from '../../domain/configurations/configuration-problems';
import { creditsPerDay, IDLE_INCREMENTAL_CREDITS } from '../../domain/schedules/credits-per-day';
import { nextGap, nextIntervals, nextTimesOfDay, nightOf, type TimeOfDay } from '../../domain/schedules/next-runs';
import type { RouteDeps } from '../http/deps';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { invalidBody } from '../http/validation';
import { resolveModule, type ResolvedModule } from '../modules/resolve-module';
import { problemsOfSettings, settingsOf } from './checked-configuration';
import { ConfigurationDraft, ConfigurationRequest, ConfigurationValidation } from './schemas';

/** Of each kind, in the answer. */
const NEXT_RUNS = 5;
/** Days in which the clock may leave out a night. */
const LOOK_AHEAD_DAYS = 366;

type Verdict = Omit<ConfigurationValidation, 'valid'>;

export const validateConfiguration = defineRoute({
  method: 'post',
  path: '/configurations/validate',
  operationId: 'validateConfiguration',
  tag: 'Configurations',
  summary: 'Check a configuration without saving it',
  description:
    'Says what is wrong, and otherwise when syncs would run and what they cost. Of a module that was never synced Zoho is asked, for 1 API credit.',
  access: 'viewer',
  connection: 'body',
  body: ConfigurationDraft,
  answers: {
    200: { description: 'The verdict; also for a configuration that is not valid.', schema: ConfigurationValidation },
  },
  problems: ['credit_share_spent'],
  async handle({ body, connection }, deps) {
    const verdict = await judge(deps, connection, body);
    return { status: 200, body: { valid: verdict.errors.length === 0, ...verdict } };
  },
});

async function judge(deps: RouteDeps, connection: ConnectionModel, draft: object): Promise<Verdict> {
  const parsed = ConfigurationRequest.safeParse(draft);
  if (!parsed.success) return refused(invalidBody(parsed.error.issues));
  const { configName: _name, ...content } = parsed.data;
  const settings = settingsOf(content, connection);
  try {
    const module = await resolveModule(deps, connection, content.moduleName, { pointer: '#/moduleName' });
    const errors = await problemsOfSettings(deps, connection.id, module, settings);
    return errors.length > 0
      ? { errors, warnings: [], meaning: null }
      : { errors, ...(await meaningOf(deps, connection, module, settings)) };
  } catch (error) {
    if (error instanceof Problem && error.kind.category === 'validation') return refused(error);
    throw error;
  }
}

function refused({ more: { errors = [] } }: Problem): Verdict {
  const named = errors.map(({ pointer = '#', detail }) => ({ pointer, detail }));
  return { errors: named, warnings: [], meaning: null };
}

async function meaningOf(
  { knex }: RouteDeps,
  connection: ConnectionModel,
  { key }: ResolvedModule,
  settings: ConfigurationSettings,
): Promise<Pick<Verdict, 'warnings' | 'meaning'>> {
  const now = new Date();
  const night = nightOf(connection);
  const [measured, limits] = await Promise.all([
    readCreditsOfSyncs(knex, connection.id, key),
    findApiLimits(knex, connection.id),
  ]);
  const { incremental, nightly, total } = creditsPerDay(settings, {
    incremental: measured.incremental ?? IDLE_INCREMENTAL_CREDITS,
    full: measured.full,
  });
  const warnings = configurationWarnings(settings, {
    creditsPerDay: total,
    dailyCredits: limits?.dailyCredits ?? null,
    wasSyncedInFull: measured.full !== null,
    skippedNight: settings.nightly === 'none' ? null : (nextGap(night, now, LOOK_AHEAD_DAYS)?.date ?? null),
  });
  const rounded = (credits: number): number => Math.round(credits * 10) / 10;
  return {
    warnings,
    meaning: {
      settings: answeredSettings(settings),
      nextRuns: nextRunsOf(night, settings, now),
      creditsPerDay: {
        incremental: rounded(incremental),
        nightly: nightly === null ? null : rounded(nightly),
        total: rounded(total),
      },
    },
  };
}

function answeredSettings(settings: ConfigurationSettings) {
  const { requiredFields, readonlyFields, indexedFields } = settings;
  return {
    ...settings,
    requiredFields: [...requiredFields],
    readonlyFields: [...readonlyFields],
    indexedFields: [...indexedFields],
  };
}

function nextRunsOf(
  night: TimeOfDay,
  { isActive, nightly, syncFrequencyMinutes }: ConfigurationSettings,
  now: Date,
): NonNullable<Verdict['meaning']>['nextRuns'] {
  if (!isActive) return [];
  const incremental = nextIntervals(syncFrequencyMinutes, 0, now, NEXT_RUNS);
  const nights = nightly === 'none' ? [] : nextTimesOfDay(night, now, NEXT_RUNS);
  return [
    ...incremental.map((at) => ({ kind: 'incremental' as const, at: at.toISOString() })),
    ...nights.map((at) => ({ kind: 'nightly' as const, at: at.toISOString() })),
  ];
}
