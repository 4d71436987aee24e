import { z } from 'zod';
import { findMirrorByName } from '../../db/mirror/mirrors';
import { listFieldColumns } from '../../db/mirror/module-fields';
import { connection, ModuleParams } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { ModuleSchema } from './schemas';

export const getModuleSchema = defineRoute({
  method: 'get',
  path: '/modules/{module}/schema',
  operationId: 'getModuleSchema',
  tag: 'Schema changes',
  summary: 'Show the columns of a module',
  description: 'The fields of a module with their columns, hidden and deleted ones too; costs no credits.',
  access: 'viewer',
  connection: 'query',
  params: ModuleParams,
  query: z.strictObject({ connection }),
  answers: { 200: { description: 'The fields and their columns.', schema: ModuleSchema } },
  problems: ['mirror_not_found'],
  async handle({ params: { module }, connection: org }, { knex }) {
    const mirror = await findMirrorByName(knex, org.id, module);
    if (!mirror) throw new Problem('mirror_not_found', `The mirror has no module ${module}.`);
    const fields = await listFieldColumns(knex, org.id, mirror.key);
    const body = {
      module: mirror.apiName,
      table: `${org.mirrorSchema}.${mirror.table}`,
      fields: fields.map((field) => ({ ...field, hiddenSince: field.hiddenSince?.toISOString() ?? null })),
    };
    return { status: 200, body };
  },
});
