import { nearNames } from '../near-names';
import type { ConfigurationSettings } from './configuration';

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Names that lead to it, from the outermost. */
  path: readonly string[];
  /** One sentence for the person who wrote it. */
  detail: string;
}

type Named = 'fieldMappings' | 'fieldSpecificResolutions' | 'validationRules';
const BY_FIELD: readonly Named[] = ['fieldMappings', 'fieldSpecificResolutions', 'validationRules'];
const LISTS = ['requiredFields', 'readonlyFields', 'indexedFields'] as const;

/**
 * Finds the fields that the module does not have.
 * @param fields API names of the module's fields; empty while nobody knows them, which refuses nothing
 */
export function configurationProblems(
  settings: ConfigurationSettings,
  module: string,
  fields: readonly string[],
): ConfigurationProblem[] {
  if (fields.length === 0) return [];
  const known = new Set(fields);
  const places = [
    ...LISTS.flatMap((list) => settings[list].map((field, at) => ({ field, path: [list, String(at)] }))),
    ...BY_FIELD.flatMap((name) => Object.keys(settings[name]).map((field) => ({ field, path: [name, field] }))),
  ];
  return places
    .filter(({ field }) => !known.has(field))
    .map(({ field, path }) => ({
      path,
      detail: `${module} has no field ${field}; the nearest are ${nearNames(field, fields).join(', ')}`,
    }));
}

/** Share of a day's credits from which on the clock alone is worth a word. */
const WORTH_A_WORD = 0.2;

/** Facts about the organization and the module that a warning needs. */
export interface ConfigurationContext {
  creditsPerDay: number;
  /** Credits of the organization in a day; null: not known. */
  dailyCredits: number | null;
  wasSyncedInFull: boolean;
  /** The next day whose clock leaves the time of the night out, `YYYY-MM-DD`; null if none is near. */
  skippedNight: string | null;
}

/** Warnings for a person about a configuration that is valid. */
export function configurationWarnings(
  { isActive, nightly, verifyEvery, syncFrequencyMinutes }: ConfigurationSettings,
  { creditsPerDay, dailyCredits, wasSyncedInFull, skippedNight }: ConfigurationContext,
): string[] {
  const warnings: string[] = [];
  if (!isActive) warnings.push('The configuration is not active: nothing starts by the clock.');
  if (nightly !== 'compare' && verifyEvery === 'never') {
    warnings.push(
      'Nothing ever compares the module with Zoho: a row that goes missing while others come is not noticed. Set nightly to compare, or verifyEvery to weekly.',
    );
  }
  if (!wasSyncedInFull) {
    warnings.push(
      'The module was never synced in full: until a full sync has completed, its incremental syncs are skipped.',
    );
  }
  if (dailyCredits !== null && creditsPerDay > dailyCredits * WORTH_A_WORD) {
    const share = Math.round((100 * creditsPerDay) / dailyCredits);
    warnings.push(
      `The clock alone spends about ${Math.round(creditsPerDay)} credits a day, ${share} % of the organization's: sync less often than every ${syncFrequencyMinutes} minutes.`,
    );
  }
  if (skippedNight !== null) {
    warnings.push(`On ${skippedNight} the clock leaves the time of the night out: it begins when that hour is over.`);
  }
  return warnings;
}
