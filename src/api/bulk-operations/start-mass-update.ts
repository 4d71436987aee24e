import { z } from 'zod';
import { insertMassUpdateItems } from '../../db/bulk-operations/bulk-operation-items';
import { massUpdateProblems } from '../../domain/records/mass-update-problems';
import { CREDITS, LIMITS, massUpdateCredits } from '../../domain/zoho-limits';
import { massUpdateWorkflowId } from '../../temporal/ids';
import { getFields } from '../../zoho/metadata/fields';
import { assertUsable, USE_PROBLEMS } from '../connections/assert-usable';
import { callInteractively } from '../connections/call-interactively';
import type { RouteDeps } from '../http/deps';
import { idempotencyHeader, ApiName } from '../http/parameters';
import { Problem } from '../http/problem';
import type { BodyLimit } from '../http/read-body';
import { defineRoute, type RouteRequest } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { type ModulePlace, resolveModulesToWrite } from '../modules/resolve-module';
import {
  BulkOperationAnswer,
  MassUpdatePreview,
  MassUpdateRequest,
  MassUpdateStartRequest,
  MAX_UPDATED_TEXT,
} from './schemas';
import { START_PROBLEMS, startOperation } from './start-operation';

/** Enough for the most ids. */
const MAX_BODY: BodyLimit = { bytes: 2 * 1024 * 1024, values: LIMITS.massUpdate.viewRecords + 10_000 };
const ModuleParams = z.strictObject({ module: ApiName });

const start = {
  method: 'post',
  tag: 'Bulk operations',
  largestBody: MAX_BODY,
  access: 'operator',
  connection: 'body',
  summary: `Give up to ${MAX_UPDATED_TEXT} records of a module the same values`,
  description: `By ids, ${LIMITS.massUpdate.ids} a call, with the outcome of each record; or all records of a custom view, by a job of Zoho that returns only counts.`,
  headers: idempotencyHeader('operation'),
  answers: {
    202: { description: 'Started.', schema: BulkOperationAnswer, headers: { Location: 'Path of the mass update.' } },
  },
  problems: [...START_PROBLEMS, 'fields_not_updatable'],
} as const;

export const startMassUpdate = defineRoute({
  ...start,
  path: '/mass-updates',
  operationId: 'startMassUpdate',
  body: MassUpdateStartRequest,
  audit: {
    action: 'mass_update.start',
    target: ({ body }, connection) => `${connection}/${body.module}`,
    details: ({ body }) => outlineOf(body),
    starts: 'operation',
  },
  handle: (request, deps) => startUpdate(request.body.module, { pointer: '#/module' }, request, deps),
});

export const startModuleMassUpdate = defineRoute({
  ...start,
  path: '/modules/{module}/mass-updates',
  operationId: 'startModuleMassUpdate',
  params: ModuleParams,
  body: MassUpdateRequest,
  audit: {
    action: 'mass_update.start',
    target: ({ params }, connection) => `${connection}/${params.module}`,
    details: ({ body }) => outlineOf(body),
    starts: 'operation',
  },
  handle: (request, deps) => startUpdate(request.params.module, { parameter: 'module' }, request, deps),
});

type IdempotencyHeader = z.output<ReturnType<typeof idempotencyHeader>>;
type StartRequest = RouteRequest<unknown, unknown, MassUpdateRequest, IdempotencyHeader, 'body'>;

async function startUpdate(
  name: string,
  place: ModulePlace,
  { connection, body, bodyText, headers, actor, principal, runId: id }: StartRequest,
  deps: RouteDeps,
) {
  assertFieldCount(name, body);
  assertUsable(connection);
  const names = await resolveModulesToWrite(deps, connection, [{ name, place, access: ['update'] }]);
  const module = names.get(name) ?? name;
  const { ids } = body;
  return startOperation(
    deps,
    principal,
    connection,
    {
      id,
      kind: 'mass_update',
      moduleNames: [module],
      request: bodyText,
      moduleOfRequest: module,
      totalRecords: ids?.length ?? null,
      workflowId: massUpdateWorkflowId(id),
      initiatedBy: actor,
      idempotencyKey: headers['idempotency-key'],
    },
    `${name} ${bodyText}`,
    async (trx) => {
      if (ids) await insertMassUpdateItems(trx, id, module, ids);
    },
  );
}

export const previewMassUpdate = defineRoute({
  method: 'post',
  tag: 'Bulk operations',
  params: ModuleParams,
  body: MassUpdateRequest,
  largestBody: MAX_BODY,
  path: '/modules/{module}/mass-updates/preview',
  access: 'viewer',
  connection: 'body',
  operationId: 'previewMassUpdate',
  summary: 'What a mass update would do, without doing it',
  description: "Asks Zoho for the fields' metadata: 1 API credit.",
  answers: { 200: { description: 'The preview.', schema: MassUpdatePreview } },
  problems: [...USE_PROBLEMS, ...ZOHO_PROBLEMS],
  async handle({ params: { module }, connection, body }, deps) {
    assertUsable(connection);
    const fields = await callInteractively(deps, connection, ({ transport, options }) =>
      getFields(transport, module, options),
    );
    const problems = new Map(
      massUpdateProblems(module, body.values, fields, body).map(({ field, problem }) => [field, problem]),
    );
    const names = Object.keys(body.values);
    const { ids } = body;
    return {
      status: 200,
      body: {
        module,
        records: ids?.length ?? null,
        fields: names.map((field) => ({ field, problem: problems.get(field) ?? null })),
        possible: problems.size === 0 && names.length <= LIMITS.massUpdate.fields(module),
        calls: ids ? Math.ceil(ids.length / LIMITS.massUpdate.ids) : 1,
        credits: ids ? massUpdateCredits(ids.length) : CREDITS.create_mass_update_job,
        outcomes: ids ? ('by_record' as const) : ('counts_only' as const),
      },
    };
  },
});

function assertFieldCount(module: string, { values }: MassUpdateRequest): void {
  const most = LIMITS.massUpdate.fields(module);
  const given = Object.keys(values).length;
  if (given <= most) return;
  throw new Problem(
    'fields_not_updatable',
    `${given} fields are given, and Zoho changes ${most} of ${module} at once.`,
    {
      errors: [{ pointer: '#/values', detail: `At most ${most}` }],
    },
  );
}

/** Audited part of the request, without values. */
function outlineOf({ values, ids, customView }: MassUpdateRequest): object {
  return { fields: Object.keys(values), records: ids?.length ?? null, customView: customView ?? null };
}
