import { z } from 'zod';
import {
  ConfigurationTaken,
  deleteConfiguration,
  findConfiguration,
  insertConfiguration,
  listConfigurations,
  replaceConfiguration,
  type NamedConfiguration,
} from '../../db/configurations/configurations';
import { makeDue } from '../../db/maintenance/housekeeping-tasks';
import type { ConnectionModel } from '../../db/models/connection';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { connectionFilter } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { claimModule, MODULE_PROBLEMS } from '../modules/resolve-module';
import { configurationPath } from '../paths';
import { assertValid, settingsOf } from './checked-configuration';
import { presentConfiguration } from './present';
import {
  ConfigurationAnswer,
  ConfigurationContent,
  ConfigurationPage,
  ConfigurationParams,
  ConfigurationRequest,
  etagOf,
  IfMatch,
} from './schemas';

const ETAG = { ETag: 'Version of the configuration, for `If-Match`.' };
/** Tasks of the housekeeping that follow from a configuration that has changed. */
const FOLLOWING = ['followConfigurations', 'renewChannels'] as const;
const target = ({ params }: { params: { name: string } }): string => `configuration/${params.name}`;

export const listConfigurationsRoute = defineRoute({
  method: 'get',
  path: '/configurations',
  operationId: 'listConfigurations',
  tag: 'Configurations',
  summary: 'List how modules are synced, and when',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({ connection: connectionFilter, ...pageQuery(z.strictObject({ after: z.string().max(100) })) }),
  answers: { 200: { description: 'A page of configurations, by name.', schema: ConfigurationPage } },
  problems: [],
  async handle({ query, connection }, { knex }) {
    const filter = connection ? { connectionId: connection.id } : {};
    const body = await page(
      query,
      (at) => listConfigurations(knex, filter, at),
      ({ row }) => ({ after: row.configName }),
      (rows) => rows.map(presentConfiguration),
      'configurations',
    );
    return { status: 200, body };
  },
});

export const getConfigurationRoute = defineRoute({
  method: 'get',
  path: '/configurations/{name}',
  operationId: 'getConfiguration',
  tag: 'Configurations',
  summary: 'Show a configuration',
  access: 'viewer',
  params: ConfigurationParams,
  answers: { 200: { description: 'The configuration.', schema: ConfigurationAnswer, headers: ETAG } },
  problems: ['configuration_not_found'],
  handle: async ({ params }, deps) => ({ status: 200, ...(await answerOf(deps, params.name)) }),
});

export const createConfiguration = defineRoute({
  method: 'post',
  path: '/configurations',
  operationId: 'createConfiguration',
  tag: 'Configurations',
  summary: 'Create the configuration of a module',
  description: 'Schedules follow within seconds. Of a module that was never synced Zoho is asked, for 1 API credit.',
  access: 'admin',
  connection: 'body',
  body: ConfigurationRequest,
  answers: {
    201: {
      description: 'Created.',
      schema: ConfigurationAnswer,
      headers: { ...ETAG, Location: 'Path of the configuration.' },
    },
  },
  problems: [...MODULE_PROBLEMS, 'configuration_exists', 'module_configured', 'configuration_invalid'],
  audit: { action: 'configuration.create', target: ({ body }) => `configuration/${body.configName}` },
  async handle({ body, connection, actor, auditWith }, deps) {
    const { configName, ...content } = body;
    const checked = await checkedContent(deps, connection, content);
    await orProblem(content, () =>
      deps.knex.transaction(async (trx) => {
        await insertConfiguration(trx, configName, checked, actor);
        await makeDue(trx, ...FOLLOWING);
        await auditWith(trx);
      }),
    );
    const { headers, body: answer } = await answerOf(deps, configName);
    return { status: 201, headers: { ...headers, Location: configurationPath(configName) }, body: answer };
  },
});

export const putConfiguration = defineRoute({
  method: 'put',
  path: '/configurations/{name}',
  operationId: 'putConfiguration',
  tag: 'Configurations',
  summary: 'Replace a configuration',
  description: 'Needs `If-Match` with the ETag of the configuration. What the body leaves out gets its default.',
  access: 'admin',
  connection: 'body',
  params: ConfigurationParams,
  headers: IfMatch,
  body: ConfigurationContent,
  answers: { 200: { description: 'The configuration as it is now.', schema: ConfigurationAnswer, headers: ETAG } },
  problems: [
    ...MODULE_PROBLEMS,
    'configuration_not_found',
    'module_configured',
    'configuration_invalid',
    'precondition_required',
    'precondition_failed',
  ],
  audit: { action: 'configuration.replace', target },
  async handle({ params: { name }, headers, body, connection, auditWith }, deps) {
    const version = await seenVersion(deps, name, headers['if-match']);
    const content = await checkedContent(deps, connection, body);
    await orProblem(body, () =>
      deps.knex.transaction(async (trx) => {
        if (!(await replaceConfiguration(trx, name, version, content))) throw changedMeanwhile(name);
        await makeDue(trx, ...FOLLOWING);
        await auditWith(trx);
      }),
    );
    return { status: 200, ...(await answerOf(deps, name)) };
  },
});

export const deleteConfigurationRoute = defineRoute({
  method: 'delete',
  path: '/configurations/{name}',
  operationId: 'deleteConfiguration',
  tag: 'Configurations',
  summary: 'Delete a configuration',
  description:
    'Needs `If-Match` with the ETag of the configuration. The mirror stays, and nothing syncs it by the clock.',
  access: 'admin',
  params: ConfigurationParams,
  headers: IfMatch,
  answers: { 200: { description: 'The configuration as it was.', schema: ConfigurationAnswer } },
  problems: ['configuration_not_found', 'precondition_required', 'precondition_failed'],
  audit: { action: 'configuration.delete', target },
  async handle({ params: { name }, headers, auditWith }, deps) {
    const version = await seenVersion(deps, name, headers['if-match']);
    const configuration = presentConfiguration(await existing(deps, name));
    await deps.knex.transaction(async (trx) => {
      if (!(await deleteConfiguration(trx, name, version))) throw changedMeanwhile(name);
      await makeDue(trx, ...FOLLOWING);
      await auditWith(trx);
    });
    return { status: 200, body: { configuration } };
  },
});

async function answerOf(deps: RouteDeps, name: string) {
  const found = await existing(deps, name);
  return { headers: { ETag: etagOf(found.row.version) }, body: { configuration: presentConfiguration(found) } };
}

/** @throws Problem `configuration_not_found` */
async function existing({ knex }: RouteDeps, name: string): Promise<NamedConfiguration> {
  const found = await findConfiguration(knex, name);
  if (!found) throw new Problem('configuration_not_found', `There is no configuration ${name}.`);
  return found;
}

/** @throws Problem `configuration_not_found`, `precondition_required`, `precondition_failed` */
async function seenVersion(deps: RouteDeps, name: string, seen: number | undefined): Promise<number> {
  const { version } = (await existing(deps, name)).row;
  if (seen === undefined) {
    const detail = `Send If-Match with the ETag of the configuration ${name} as you have seen it.`;
    throw new Problem('precondition_required', detail, { errors: [{ parameter: 'if-match', detail: 'Is missing' }] });
  }
  if (seen !== version) throw changedMeanwhile(name);
  return seen;
}

function changedMeanwhile(name: string): Problem {
  return new Problem(
    'precondition_failed',
    `The configuration ${name} was changed since you have read it: read it again.`,
  );
}

/** @throws Problem `unknown_module`, `module_not_readable`, `configuration_invalid` */
async function checkedContent(deps: RouteDeps, connection: ConnectionModel, content: ConfigurationContent) {
  const settings = settingsOf(content, connection);
  const module = await claimModule(deps, connection, content.moduleName, { pointer: '#/moduleName' });
  await assertValid(deps, connection.id, module, settings);
  return { connectionId: connection.id, moduleName: module.key, settings };
}

/** @throws Problem `configuration_exists`, `module_configured` */
async function orProblem(
  { moduleName, configName }: { moduleName: string; configName?: string },
  store: () => Promise<unknown>,
): Promise<void> {
  try {
    await store();
  } catch (error) {
    if (!(error instanceof ConfigurationTaken)) throw error;
    if (error.what === 'name') {
      throw new Problem('configuration_exists', `There is a configuration ${configName}: PUT replaces it.`);
    }
    const detail = `${moduleName} has another active configuration: change that one, or set isActive to false.`;
    throw new Problem('module_configured', detail);
  }
}
