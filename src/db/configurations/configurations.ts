import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import type { ConfigurationSettings } from '../../domain/configurations/configuration';
import { SyncConfigurationModel } from '../models/sync-configuration';
import { toDatabaseError } from '../postgres/pg-errors';

/** A configuration with the names that people know its connection and its module by. */
export interface NamedConfiguration {
  row: SyncConfigurationModel;
  /** Name of the connection. */
  connection: string;
  /** Zoho's name of the module now. */
  module: string;
}

/** The part of a configuration that a person decides, but for its name. */
export interface ConfigurationContent {
  connectionId: string;
  /** Key of the module. */
  moduleName: string;
  settings: ConfigurationSettings;
}

/** The name is taken, or the module has another active configuration. */
export class ConfigurationTaken extends Error {
  override readonly name = 'ConfigurationTaken';
  readonly what: 'name' | 'module';

  constructor(what: 'name' | 'module', options: ErrorOptions) {
    super(`There is another configuration with this ${what}.`, options);
    this.what = what;
  }
}

/** Lists configurations by name. */
export async function listConfigurations(
  knex: Knex,
  { connectionId }: { connectionId?: string },
  { limit, after }: { limit: number; after?: string },
): Promise<NamedConfiguration[]> {
  const query = SyncConfigurationModel.query(knex).orderBy('config_name').limit(limit);
  if (connectionId !== undefined) void query.where({ connection_id: connectionId });
  if (after !== undefined) void query.where('config_name', '>', after);
  return withNames(knex, await query);
}

/** Finds a configuration by its name. */
export async function findConfiguration(knex: Knex, name: string): Promise<NamedConfiguration | undefined> {
  const [found] = await withNames(knex, await SyncConfigurationModel.query(knex).where({ config_name: name }));
  return found;
}

/** API names of the fields that a module's active configuration wants to be indexed. @param key of the module */
export async function listIndexedFields(knex: Knex, connectionId: string, key: string): Promise<string[]> {
  const where = { connection_id: connectionId, module_name: key, is_active: true };
  return (await SyncConfigurationModel.query(knex).findOne(where))?.indexedFields ?? [];
}

/** Stores a new configuration. May run inside the caller's transaction, which a refusal ends. @throws ConfigurationTaken */
export async function insertConfiguration(
  knex: Knex,
  configName: string,
  { settings, ...content }: ConfigurationContent,
  createdBy: string,
): Promise<void> {
  await orTaken(
    SyncConfigurationModel.query(knex).insert({
      id: uuidv7(),
      configName,
      ...content,
      ...columnsOf(settings),
      createdBy,
    }),
  );
}

/**
 * Replaces the content of a configuration, if it is still of the version that the caller has seen.
 * @returns whether it was
 * @throws ConfigurationTaken
 */
export async function replaceConfiguration(
  knex: Knex,
  configName: string,
  version: number,
  { settings, ...content }: ConfigurationContent,
): Promise<boolean> {
  const patched = await orTaken(
    SyncConfigurationModel.query(knex)
      .where({ config_name: configName, version })
      .patch({ ...content, ...columnsOf(settings), version: version + 1, updatedAt: new Date() }),
  );
  return patched > 0;
}

/** Deletes a configuration, if it is still of the version that the caller has seen. @returns whether it was */
export async function deleteConfiguration(knex: Knex, configName: string, version: number): Promise<boolean> {
  return (await SyncConfigurationModel.query(knex).where({ config_name: configName, version }).delete()) > 0;
}

function columnsOf({ rateLimitBuffer, failureThresholdPercentage, ...settings }: ConfigurationSettings) {
  return {
    ...settings,
    requiredFields: [...settings.requiredFields],
    readonlyFields: [...settings.readonlyFields],
    indexedFields: [...settings.indexedFields],
    rateLimitBuffer: String(rateLimitBuffer),
    failureThresholdPercentage: String(failureThresholdPercentage),
  };
}

async function withNames(knex: Knex, rows: readonly SyncConfigurationModel[]): Promise<NamedConfiguration[]> {
  const answer = await knex.raw<{ rows: { id: string; connection: string; module: string }[] }>(
    `select configuration.id, connection.name as connection,
       coalesce(mirror.api_name, mirror.key, configuration.module_name) as module
     from sync.sync_configurations configuration
     join sync.connections connection on connection.id = configuration.connection_id
     left join sync.mirrors mirror
       on mirror.connection_id = configuration.connection_id and mirror.key = configuration.module_name
     where configuration.id = any(?::uuid[])`,
    [rows.map(({ id }) => id)],
  );
  const names = new Map(answer.rows.map((row) => [row.id, row]));
  return rows.flatMap((row) => {
    const named = names.get(row.id);
    return named ? [{ row, connection: named.connection, module: named.module }] : [];
  });
}

/** Constraints of the table, and what of a configuration they keep unique. */
const UNIQUE: Readonly<Record<string, 'name' | 'module'>> = {
  sync_configurations_config_name_key: 'name',
  sync_configurations_active: 'module',
};

async function orTaken<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    const what = UNIQUE[toDatabaseError(error)?.constraint ?? ''];
    if (what === undefined) throw error;
    throw new ConfigurationTaken(what, { cause: error });
  }
}
