import type { z } from 'zod';
import {
  ConfigurationAnswer,
  ConfigurationValidation,
  etagOf,
  type Configuration,
} from '../../api/configurations/schemas';
import { API_PREFIX, configurationPath } from '../../api/paths';
import type { ApiClient } from './api-client';
import { ApiProblem, CliError, EXIT_CODES } from './errors';

/** A configuration as a file has it. */
export interface FiledConfiguration extends Readonly<Record<string, unknown>> {
  configName: string;
}

/** One setting that a file wants otherwise than it is. */
export interface SettingChange {
  name: string;
  /** Undefined where there is no such configuration yet. */
  is: unknown;
  wanted: unknown;
}

/** Effect of applying a file on one configuration. */
export interface ConfigurationChange {
  name: string;
  /** The configuration as it is; undefined for one that would be created. */
  current: Configuration | undefined;
  changes: SettingChange[];
}

/** Where a configuration belongs; its settings stand beside it. */
const PLACES = ['connection', 'moduleName'] as const;

/** @throws CliError `usage` for an object without a name */
export function asFiled(object: object): FiledConfiguration {
  const { configName } = object as Record<string, unknown>;
  if (typeof configName === 'string') return { ...object, configName };
  throw new CliError(EXIT_CODES.usage, 'A configuration needs a configName.');
}

/** Asks the API what is wrong with a configuration, and what it would do. */
export async function validateFiled(
  api: ApiClient,
  filed: FiledConfiguration,
): Promise<z.infer<typeof ConfigurationValidation>> {
  return api.post(`${API_PREFIX}/configurations/validate`, { schema: ConfigurationValidation, body: filed });
}

/** Finds a configuration; undefined if there is none of the name. @throws ApiProblem */
async function findConfiguration(api: ApiClient, name: string): Promise<Configuration | undefined> {
  try {
    return (await api.get(configurationPath(name), { schema: ConfigurationAnswer })).configuration;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.code === 'configuration_not_found') return undefined;
    throw error;
  }
}

/**
 * Compares a file's configuration, with the defaults of what it leaves out, with the one that is stored.
 * @throws CliError `usage` for one that is not valid
 */
export async function compareFiled(api: ApiClient, filed: FiledConfiguration): Promise<ConfigurationChange> {
  const { configName: name } = filed;
  const { errors, meaning } = await validateFiled(api, filed);
  if (!meaning) {
    const found = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    throw new CliError(EXIT_CODES.usage, `The configuration ${name} is not valid: ${found}.`);
  }
  const current = await findConfiguration(api, name);
  const wanted: Record<string, unknown> = { ...meaning.settings };
  for (const place of PLACES) if (filed[place] !== undefined) wanted[place] = filed[place];
  const stored: Record<string, unknown> = { ...current };
  const changes = Object.entries(wanted)
    .filter(([setting, value]) => JSON.stringify(sorted(value)) !== JSON.stringify(sorted(stored[setting])))
    .map(([setting, value]) => ({ name: setting, is: stored[setting], wanted: value }));
  return { name, current, changes };
}

/** Creates or replaces a configuration; one that is as the file wants it stays untouched. */
export async function applyFiled(
  api: ApiClient,
  filed: FiledConfiguration,
): Promise<{ configuration: Configuration; outcome: 'created' | 'replaced' | 'unchanged' }> {
  const { current, changes } = await compareFiled(api, filed);
  if (!current) {
    const { configuration } = await api.post(`${API_PREFIX}/configurations`, {
      schema: ConfigurationAnswer,
      body: filed,
    });
    return { configuration, outcome: 'created' };
  }
  if (changes.length === 0) return { configuration: current, outcome: 'unchanged' };
  const { configName, ...body } = filed;
  const { configuration } = await api.call('PUT', configurationPath(configName), {
    schema: ConfigurationAnswer,
    headers: { 'if-match': etagOf(current.version) },
    body,
  });
  return { configuration, outcome: 'replaced' };
}

/** Objects with their names in order: a file may have them in another. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}
