import { z } from 'zod';
import {
  findVerification,
  listDifferences,
  listVerifications,
  type DifferenceRow,
  type VerificationRow,
} from '../../db/comparisons/read-comparisons';
import { describeComparison, DIFFERENCE_STATES } from '../../domain/mirror/comparison-findings';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, listOf, ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import {
  DifferencePage,
  VerificationAnswer,
  VerificationPage,
  type Difference,
  type VerificationEntry,
} from './schemas';

const params = z.strictObject({ id: z.uuid().meta({ description: 'Id of the session.' }) });

export const listVerificationsRoute = defineRoute({
  method: 'get',
  path: '/verifications',
  operationId: 'listVerifications',
  tag: 'Verifications',
  summary: 'List comparisons of modules with their mirrors',
  description: 'Verifications and full syncs of filled mirrors, the last first.',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({
    connection: connectionFilter,
    module: ApiName.optional(),
    ...pageQuery(z.strictObject({ after: z.uuid() })),
  }),
  answers: { 200: { description: 'A page of results.', schema: VerificationPage } },
  problems: [],
  async handle({ query, connection }, { knex }) {
    const body = await page(
      query,
      (at) => listVerifications(knex, { connectionId: connection?.id, module: query.module }, at),
      ({ sessionId }) => ({ after: sessionId }),
      (rows) => rows.map(presentVerification),
      'verifications',
    );
    return { status: 200, body };
  },
});

export const getVerificationRoute = defineRoute({
  method: 'get',
  path: '/verifications/{id}',
  operationId: 'getVerification',
  tag: 'Verifications',
  summary: 'Read the result of a comparison',
  description: 'How much was compared, what differed that the mirror should have had right, and what became of it.',
  access: 'viewer',
  params,
  answers: { 200: { description: 'The result.', schema: VerificationAnswer } },
  problems: ['verification_not_found'],
  async handle({ params: { id } }, deps) {
    return { status: 200, body: { verification: presentVerification(await verificationOf(deps, id)) } };
  },
});

export const listDifferencesRoute = defineRoute({
  method: 'get',
  path: '/verifications/{id}/differences',
  operationId: 'listDifferences',
  tag: 'Verifications',
  summary: 'List the records that differed',
  description: 'By id; at most 100,000 of a comparison are kept.',
  access: 'viewer',
  params,
  query: z.strictObject({
    state: listOf(DIFFERENCE_STATES).optional(),
    ...pageQuery(z.strictObject({ after: ZohoId })),
  }),
  answers: { 200: { description: 'A page of records.', schema: DifferencePage } },
  problems: ['verification_not_found'],
  async handle({ params: { id }, query }, deps) {
    await verificationOf(deps, id);
    const body = await page(
      query,
      (at) => listDifferences(deps.knex, id, { states: query.state }, at),
      ({ recordId }) => ({ after: recordId }),
      (rows) => rows.map(presentDifference),
      'differences',
    );
    return { status: 200, body };
  },
});

async function verificationOf({ knex }: RouteDeps, id: string): Promise<VerificationRow> {
  const found = await findVerification(knex, id);
  if (found) return found;
  throw new Problem('verification_not_found', `Session ${id} has compared nothing, or has not ended.`);
}

function presentVerification({ asOf, promisedUntil, endedAt, ...row }: VerificationRow): VerificationEntry {
  return {
    ...row,
    summary: describeComparison(row),
    asOf: asOf.toISOString(),
    promisedUntil: promisedUntil?.toISOString() ?? null,
    endedAt: endedAt.toISOString(),
  };
}

function presentDifference({ zohoTime, mirrorTime, foundAt, settledAt, ...row }: DifferenceRow): Difference {
  return {
    ...row,
    zohoTime: zohoTime?.toISOString() ?? null,
    mirrorTime: mirrorTime?.toISOString() ?? null,
    foundAt: foundAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  };
}
