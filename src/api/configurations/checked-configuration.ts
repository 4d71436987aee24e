import { loadFields } from '../../db/mirror/module-fields';
import type { ConnectionModel } from '../../db/models/connection';
import { usualFrequency, type ConfigurationSettings } from '../../domain/configurations/configuration';
import { configurationProblems } from '../../domain/configurations/configuration-problems';
import type { RouteDeps } from '../http/deps';
import { Problem, type ProblemDetail } from '../http/problem';
import { toPointer } from '../http/validation';
import type { ResolvedModule } from '../modules/resolve-module';
import type { ConfigurationContent } from './schemas';

/** The settings of a request, with the default that depends on the organization. */
export function settingsOf(
  { moduleName: _module, connection: _connection, ...settings }: ConfigurationContent,
  { edition }: Pick<ConnectionModel, 'edition'>,
): ConfigurationSettings {
  const { syncFrequencyMinutes = usualFrequency(edition), ...others } = settings;
  return { ...others, syncFrequencyMinutes };
}

/** Finds what is wrong with settings that are well-formed: fields that the module does not have. */
export async function problemsOfSettings(
  { knex }: RouteDeps,
  connectionId: string,
  { apiName, key }: ResolvedModule,
  settings: ConfigurationSettings,
): Promise<(ProblemDetail & { pointer: string })[]> {
  const known = await loadFields(knex, connectionId, key);
  const fields = known.filter(({ status }) => status === 'active').map((field) => field.apiName);
  const problems = configurationProblems(settings, apiName, fields);
  return problems.map(({ path, detail }) => ({ pointer: toPointer(path), detail }));
}

/** @throws Problem `configuration_invalid` with a pointer to each thing that is wrong */
export async function assertValid(...subject: Parameters<typeof problemsOfSettings>): Promise<void> {
  const errors = await problemsOfSettings(...subject);
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  throw new Problem('configuration_invalid', `${first.pointer}: ${first.detail}${more}.`, { errors });
}
