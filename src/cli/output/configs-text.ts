import { stringify } from 'yaml';
import type { Configuration, ConfigurationValidation } from '../../api/configurations/schemas';
import type { SettingChange } from '../client/configurations';
import { formatTable } from './table';

/** One line a configuration. */
export function configurationTable(configurations: readonly Configuration[]): string {
  if (configurations.length === 0) return 'No configurations: pulse configs apply <file> makes one.';
  const rows = configurations.map((each) => [
    each.configName,
    each.connection,
    each.moduleName,
    stateOf(each),
    `${each.syncFrequencyMinutes} min`,
    each.nightly,
    each.verifyEvery,
  ]);
  const headings = ['name', 'connection', 'module', 'state', 'every', 'nightly', 'every value'];
  return formatTable(headings, rows, [0, 1, 2, 3, 5, 6]);
}

function stateOf({ isActive, pausedAt }: Configuration): string {
  if (!isActive) return 'off';
  return pausedAt === null ? 'active' : 'paused';
}

/** The part of a configuration that a person decides, as a file that `apply` takes. */
export function configurationYaml(configuration: Configuration): string {
  const { id: _id, pausedAt: _at, pausedBy: _by, pausedReason: _reason, ...rest } = configuration;
  const { version: _version, createdAt: _created, updatedAt: _updated, createdBy: _creator, ...decided } = rest;
  return stringify(decided).trimEnd();
}

/** One line a configuration of a file: whether it was created, replaced or left. */
export function appliedText(applied: readonly { configuration: Configuration; outcome: string }[]): string {
  return applied.map(({ configuration, outcome }) => `${configuration.configName}: ${outcome}`).join('\n');
}

/** The verdict on each configuration: errors, warnings, and when it would run. */
export function verdictText(verdicts: readonly (ConfigurationValidation & { configName: string })[]): string {
  return verdicts
    .map(({ configName, valid, errors, warnings, meaning }) =>
      [
        `${configName}: ${valid ? 'valid' : 'not valid'}`,
        ...errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
        ...warnings.map((warning) => `  warning: ${warning}`),
        ...(meaning ? meaningLines(meaning) : []),
      ].join('\n'),
    )
    .join('\n');
}

function meaningLines({ nextRuns, creditsPerDay }: NonNullable<ConfigurationValidation['meaning']>): string[] {
  const timesOf = (wanted: string) => nextRuns.filter(({ kind }) => kind === wanted).map(({ at }) => at);
  const { incremental, nightly, total } = creditsPerDay;
  const atNight = nightly === null ? 'not known before a full sync' : String(nightly);
  return [
    ...(['incremental', 'nightly'] as const)
      .map((kind) => ({ kind, times: timesOf(kind) }))
      .filter(({ times }) => times.length > 0)
      .map(({ kind, times }) => `  ${kind}: ${times.join(', ')}`),
    `  credits a day: ${total} (by day ${incremental}, at night ${atNight})`,
  ];
}

/** Changes that apply would make, as in a diff. */
export function changesText(
  differences: readonly { configName: string; isNew: boolean; changes: readonly SettingChange[] }[],
): string {
  if (differences.length === 0) return 'Nothing differs.';
  return differences
    .map(({ configName, isNew, changes }) =>
      [
        `${configName}${isNew ? ' (new)' : ''}`,
        ...changes.flatMap(({ name, is, wanted }) => [
          ...(isNew ? [] : [`- ${name}: ${JSON.stringify(is)}`]),
          `+ ${name}: ${JSON.stringify(wanted)}`,
        ]),
      ].join('\n'),
    )
    .join('\n');
}
