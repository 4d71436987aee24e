import { z } from 'zod';
import { assertModuleAccess, hasReachableRecords, MODULE_ACCESS } from '../../zoho/metadata/module-access';
import { getModule, listModules } from '../../zoho/metadata/modules';
import { callInteractively } from '../connections/call-interactively';
import { connection, ConnectionQuery, ModuleParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { ModuleAnswer, ModuleList } from './schemas';

const common = {
  method: 'get',
  tag: 'Modules',
  access: 'viewer',
  connection: 'query',
  problems: ZOHO_PROBLEMS,
} as const;

export const listModulesRoute = defineRoute({
  ...common,
  path: '/modules',
  operationId: 'listModules',
  summary: 'List the modules that the connected user sees',
  description: 'Asks Zoho; 1 API credit.',
  query: ConnectionQuery,
  answers: { 200: { description: 'Every module.', schema: ModuleList } },
  async handle({ connection }, deps) {
    return {
      status: 200,
      body: {
        modules: await callInteractively(deps, connection, ({ transport, options }) => listModules(transport, options)),
      },
    };
  },
});

export const getModuleRoute = defineRoute({
  ...common,
  path: '/modules/{module}',
  operationId: 'getModule',
  summary: 'Show what a module can do and what the connected user may do with it',
  description: 'Asks Zoho; 1 API credit.',
  params: ModuleParams,
  query: z.strictObject({
    connection,
    access: z.enum(MODULE_ACCESS).optional().meta({
      description: 'What is going to be done with its records: the answer is a problem if that is not granted.',
    }),
  }),
  answers: { 200: { description: 'The module.', schema: ModuleAnswer } },
  async handle({ params, query, connection }, deps) {
    const module = await callInteractively(deps, connection, ({ transport, options }) =>
      getModule(transport, params.module, options),
    );
    if (query.access !== undefined) assertModuleAccess(module, query.access);
    return { status: 200, body: { module, bulkSupported: hasReachableRecords(module) } };
  },
});
