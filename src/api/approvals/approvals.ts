import { z } from 'zod';
import {
  decideApproval,
  findApproval,
  listApprovals,
  noteApprovalStart,
  type ApprovalRow,
} from '../../db/approvals/approvals';
import { APPROVAL_STATES, type ApprovalDecision } from '../../domain/approvals/approval';
import { TemporalUnavailable } from '../../temporal/runs/command-errors';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, listOf } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { ApprovalAnswer, ApprovalPage, ApprovalParams, DecisionRequest, type Approval } from './schemas';

const Position = z.strictObject({ place: z.string().regex(/^[0-9: .+-]{19,40}$/), id: z.uuid() });

export const listApprovalsRoute = defineRoute({
  method: 'get',
  path: '/approvals',
  operationId: 'listApprovals',
  tag: 'Approvals',
  summary: 'List removals that a person decides about',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({
    connection: connectionFilter,
    module: ApiName.optional(),
    state: listOf(APPROVAL_STATES).optional(),
    ...pageQuery(z.strictObject({ after: Position })),
  }),
  answers: { 200: { description: 'A page of approvals, the latest first.', schema: ApprovalPage } },
  problems: [],
  async handle({ query, connection }, { knex }) {
    const { module, state } = query;
    const filter = {
      ...(connection && { connectionId: connection.id }),
      ...(module !== undefined && { module }),
      ...(state !== undefined && { states: state }),
    };
    const body = await page(
      query,
      (at) => listApprovals(knex, filter, at),
      ({ place, id }) => ({ after: { place, id } }),
      (rows) => rows.map(presentApproval),
      'approvals',
    );
    return { status: 200, body };
  },
});

export const getApprovalRoute = defineRoute({
  method: 'get',
  path: '/approvals/{id}',
  operationId: 'getApproval',
  tag: 'Approvals',
  summary: 'Show a removal that a person decides about',
  access: 'viewer',
  params: ApprovalParams,
  answers: { 200: { description: 'The approval.', schema: ApprovalAnswer } },
  problems: ['approval_not_found'],
  handle: async ({ params }, deps) => ({
    status: 200,
    body: { approval: presentApproval(await existing(deps, params.id)) },
  }),
});

export const approveRoute = decisionRoute('approve', {
  summary: 'Approve a removal',
  description:
    'Zoho is asked for each record once more; those of the shown ones that it still does not know leave the mirror. Begins when Temporal is there.',
});

export const rejectRoute = decisionRoute('reject', {
  summary: 'Turn a removal down',
  description: 'The records stay in the mirror. They are not shown again, but more that vanish are.',
});

function decisionRoute(decision: ApprovalDecision, words: { summary: string; description: string }) {
  return defineRoute({
    ...words,
    method: 'post',
    path: `/approvals/{id}/${decision}`,
    operationId: decision === 'approve' ? 'approveRemoval' : 'rejectRemoval',
    tag: 'Approvals',
    access: 'operator',
    params: ApprovalParams,
    body: DecisionRequest,
    answers: { 200: { description: 'The approval as it is now.', schema: ApprovalAnswer } },
    problems: ['approval_not_found', 'approval_decided', 'precondition_failed'],
    audit: { action: `approval.${decision}`, target: ({ params }) => `approval/${params.id}` },
    async handle({ params: { id }, body, actor, auditWith }, deps) {
      const { shownHash, reason = null } = body;
      await deps.knex.transaction(async (trx) => {
        const isDecided = await decideApproval(trx, id, { decision, shownHash, by: actor, reason });
        if (!isDecided) assertSameDecision(await existing(deps, id), decision, shownHash);
        await auditWith(trx);
      });
      const approval = await existing(deps, id);
      if (approval.state === 'applying') await begin(deps, approval);
      return { status: 200, body: { approval: presentApproval(approval) } };
    },
  });
}

/** The same decision again changes nothing. @throws Problem `precondition_failed`, `approval_decided` */
function assertSameDecision({ id, state, shownHash: now }: ApprovalRow, decision: ApprovalDecision, shownHash: string) {
  if (now !== shownHash) {
    throw new Problem(
      'precondition_failed',
      `Approval ${id} no longer shows what it did: look at it again, and send its shownHash.`,
    );
  }
  const outcomes: readonly string[] = decision === 'approve' ? ['applying', 'applied'] : ['rejected'];
  if (!outcomes.includes(state)) throw new Problem('approval_decided', `Approval ${id} is ${state}.`);
}

/** The decision stands also while Temporal is away: then the workers begin it once they are back. */
async function begin({ knex, approvals, logger }: RouteDeps, approval: ApprovalRow): Promise<void> {
  try {
    await approvals.apply(approval);
    await noteApprovalStart(knex, approval.id, true);
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    logger.warn({ err: error, approval: approval.id }, 'An approved removal begins once Temporal is back.');
  }
}

/** @throws Problem `approval_not_found` */
async function existing({ knex }: RouteDeps, id: string): Promise<ApprovalRow> {
  const found = await findApproval(knex, id);
  if (!found) throw new Problem('approval_not_found', `There is no approval ${id}.`);
  return found;
}

function presentApproval({
  connectionId: _connectionId,
  key: _key,
  place: _place,
  askedAt,
  expiresAt,
  decidedAt,
  ...rest
}: ApprovalRow): Approval {
  return {
    ...rest,
    askedAt: askedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}
