import { z } from 'zod';
import { analyzeCoverage, requiredFieldsOf } from '../../domain/records/field-coverage';
import { getFields } from '../../zoho/metadata/fields';
import { callInteractively } from '../connections/call-interactively';
import { connection, ConnectionQuery, queryFlag, ModuleParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { Coverage, FieldList } from './schemas';

const common = {
  method: 'get',
  tag: 'Fields',
  access: 'viewer',
  connection: 'query',
  description: 'Asks Zoho; 1 API credit.',
  params: ModuleParams,
  problems: ZOHO_PROBLEMS,
} as const;

export const listFields = defineRoute({
  ...common,
  path: '/modules/{module}/fields',
  operationId: 'listFields',
  summary: 'List the fields of a module with types, limits and options',
  query: z.strictObject({
    connection,
    includeCustom: queryFlag.optional().meta({ description: 'false leaves out what an administrator created.' }),
  }),
  answers: { 200: { description: 'The fields that the connected user may see.', schema: FieldList } },
  async handle({ params, query, connection }, deps) {
    const fields = await callInteractively(deps, connection, ({ transport, options }) =>
      getFields(transport, params.module, options),
    );
    return { status: 200, body: { fields: fields.filter(({ custom }) => query.includeCustom !== false || !custom) } };
  },
});

export const getFieldCoverage = defineRoute({
  ...common,
  path: '/modules/{module}/fields/coverage',
  operationId: 'getFieldCoverage',
  summary: 'Show which of the fields that the product works with a module has',
  query: ConnectionQuery,
  answers: { 200: { description: 'Present, missing and of the wrong type.', schema: Coverage } },
  async handle({ params: { module }, connection }, deps) {
    const fields = await callInteractively(deps, connection, ({ transport, options }) =>
      getFields(transport, module, options),
    );
    const required = [...requiredFieldsOf(module)];
    return { status: 200, body: { module, required, ...analyzeCoverage(required, fields) } };
  },
});
