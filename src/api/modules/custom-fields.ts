import { z } from 'zod';
import { createField, type ModifiedField, updateField } from '../../connection/custom-fields';
import { listFieldModifications } from '../../db/connections/field-modifications';
import type { FieldModificationModel } from '../../db/models/field-modification';
import { callInteractivelyOnce } from '../connections/call-interactively';
import { page, pageQuery } from '../http/paging';
import { connection, ConnectionQuery, ModuleParams, RowNumber, ZohoId } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import {
  CustomFieldChangeRequest,
  CustomFieldRequest,
  type FieldModification,
  FieldModificationAnswer,
  FieldModificationPage,
} from './schemas';

const FieldParams = ModuleParams.extend({ fieldId: ZohoId.meta({ description: "Zoho's id of the field." }) });

const common = {
  tag: 'Fields',
  access: 'admin',
  connection: 'query',
  query: ConnectionQuery,
  problems: ZOHO_PROBLEMS,
} as const;

export const createCustomField = defineRoute({
  ...common,
  method: 'post',
  path: '/modules/{module}/fields',
  operationId: 'createCustomField',
  summary: 'Create a custom field',
  description: 'Checked before Zoho is asked; 2 API credits. Zoho refuses a label that is taken.',
  params: ModuleParams,
  body: CustomFieldRequest,
  answers: { 201: { description: 'Created.', schema: FieldModificationAnswer } },
  audit: { action: 'field.create', target: ({ params }, connection) => `${connection}/${params.module}` },
  async handle({ params, connection, body, actor }, deps) {
    const request = { connection, module: params.module, actor };
    const modified = await callInteractivelyOnce(deps, connection, (zoho) =>
      createField(deps.knex, zoho, request, body),
    );
    return { status: 201, body: presentAnswer(modified) };
  },
});

export const updateCustomField = defineRoute({
  ...common,
  method: 'patch',
  path: '/modules/{module}/fields/{fieldId}',
  operationId: 'updateCustomField',
  summary: 'Change a custom field as far as no data is lost',
  description: 'The field is read first and again afterwards; 3 API credits. The change and both states are kept.',
  params: FieldParams,
  body: CustomFieldChangeRequest,
  answers: { 200: { description: 'Changed.', schema: FieldModificationAnswer } },
  audit: {
    action: 'field.update',
    target: ({ params }, connection) => `${connection}/${params.module}/${params.fieldId}`,
  },
  async handle({ params, connection, body, actor }, deps) {
    const request = { connection, module: params.module, actor };
    const modified = await callInteractivelyOnce(deps, connection, (zoho) =>
      updateField(deps.knex, zoho, request, params.fieldId, body),
    );
    return { status: 200, body: presentAnswer(modified) };
  },
});

export const listFieldModificationsRoute = defineRoute({
  method: 'get',
  path: '/modules/{module}/field-modifications',
  operationId: 'listFieldModifications',
  tag: 'Fields',
  summary: 'List what was created and changed of the custom fields, newest first',
  description: 'From PostgreSQL: who, when, the request, the field before and after, and the outcome.',
  access: 'viewer',
  connection: 'query',
  params: ModuleParams,
  query: z.strictObject({
    connection,
    fieldId: ZohoId.optional().meta({ description: 'Only of this field.' }),
    ...pageQuery(z.strictObject({ before: RowNumber })),
  }),
  answers: { 200: { description: 'A page of modifications.', schema: FieldModificationPage } },
  problems: [],
  async handle({ params, query, connection: { id: connectionId } }, { knex }) {
    const filter = { connectionId, moduleName: params.module, fieldId: query.fieldId };
    const body = await page(
      query,
      (at) => listFieldModifications(knex, filter, at),
      ({ id }) => ({ before: id }),
      (rows) => rows.map(presentModification),
      'modifications',
    );
    return { status: 200, body };
  },
});

function presentAnswer({ field, modification }: ModifiedField): FieldModificationAnswer {
  return { field, modification: presentModification(modification) };
}

function presentModification(row: FieldModificationModel): FieldModification {
  const { id, fieldId, action, actor, requested, before, after, outcome, errorCode, errorMessage } = row;
  return {
    id,
    module: row.moduleName,
    ...{ fieldId, action, actor, requested, before, after, outcome, errorCode, errorMessage },
    requestedAt: row.requestedAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}
