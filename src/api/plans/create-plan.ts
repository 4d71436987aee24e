import { type PlanningFacts, readPlanningFacts } from '../../db/credits/planning-facts';
import { loadFields } from '../../db/mirror/module-fields';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import type { Allowance, WeighedMethod, WorkPlan } from '../../domain/planning/plan';
import { isWholeInCoql, planRead, type ReadQuestion } from '../../domain/planning/read-methods';
import { planWrite, type WriteQuestion } from '../../domain/planning/write-methods';
import type { RouteDeps } from '../http/deps';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { MODULE_PROBLEMS, resolveModule } from '../modules/resolve-module';
import { Plan, PlanRequest } from './schemas';

/** Taken for one call of an org that was not called in the last 24 hours. */
const USUAL_LATENCY_MS = 300;

type ReadBody = Extract<PlanRequest, { kind: 'read' }>;
type Question = ReadQuestion | WriteQuestion;
type AnyMethod = Plan['method'];

export const createPlan = defineRoute({
  method: 'post',
  path: '/plans',
  operationId: 'createPlan',
  tag: 'Plans',
  summary: 'Find the cheapest adequate method to read or write, without doing it',
  description:
    'What is not given is taken from the mirror and the ledger. Zoho is only asked whether there is a module that was never synced; 1 API credit then.',
  access: 'viewer',
  connection: 'body',
  body: PlanRequest,
  answers: { 200: { description: 'The plan, and the methods that were rejected.', schema: Plan } },
  problems: [...MODULE_PROBLEMS, 'module_not_synced'],
  async handle({ body: asked, connection }, deps) {
    const { apiName, key } = await resolveModule(deps, connection, asked.module);
    const body = { ...asked, module: apiName };
    const facts = await readPlanningFacts(deps.knex, connection.id, key);
    const allowance = allowanceOf(body, facts);
    if (body.kind === 'write') {
      const { kind, connection: _connection, ...wanted } = body;
      const question: WriteQuestion = { ...wanted, ...allowance };
      return {
        status: 200,
        body: { kind, connection: connection.name, ...presentPlan(question, planWrite(question)) },
      };
    }
    const question = await readQuestion(deps, { connectionId: connection.id, key }, body, facts, allowance);
    return {
      status: 200,
      body: { kind: 'read', connection: connection.name, ...presentPlan(question, planRead(question)) },
    };
  },
});

type KnownAllowance = Allowance & { latencyMs: number };

function allowanceOf(body: PlanRequest, { latencyMs, creditsSpent }: PlanningFacts): KnownAllowance {
  const { dailyCredits, bufferPercent } = body;
  const creditsLeft =
    body.creditsLeft ?? (dailyCredits === undefined ? undefined : Math.max(0, dailyCredits - creditsSpent));
  const buffered = dailyCredits ?? creditsLeft;
  return {
    latencyMs: Math.round(body.latencyMs ?? latencyMs ?? USUAL_LATENCY_MS),
    creditsLeft,
    creditsKept: buffered === undefined ? undefined : (buffered * bufferPercent) / 100,
    withinSeconds: body.withinSeconds,
    creditsPerSecond: body.creditsPerSecond,
  };
}

/** @throws Problem `module_not_synced` when the caller left out what no full sync has found out yet */
async function readQuestion(
  { knex }: RouteDeps,
  { connectionId, key }: { connectionId: string; key: string },
  body: ReadBody,
  facts: PlanningFacts,
  allowance: KnownAllowance,
): Promise<ReadQuestion> {
  const known = (await loadFields(knex, connectionId, key)).filter(({ status }) => status === 'active');
  const rows = body.rows ?? facts.rows;
  const fields = body.fields ?? known.length;
  if (rows === undefined || fields === 0) {
    const missing = [...(rows === undefined ? ['rows'] : []), ...(fields === 0 ? ['fields'] : [])];
    throw new Problem(
      'module_not_synced',
      `${body.module} was never synced, so give ${missing.join(' and ')} or run a full sync first.`,
      { errors: missing.map((name) => ({ pointer: `#/${name}`, detail: 'Not known here' })) },
    );
  }
  // The mirror's fields only say something about the caller's when the caller means all of them.
  const own = body.fields === undefined ? known : [];
  return {
    module: body.module,
    goal: body.goal,
    rows,
    wantedRows: body.wantedRows,
    deletedRows: body.deletedRows,
    fields,
    fieldsNotInBulk: body.fieldsNotInBulk ?? own.filter(({ bulkReadable }) => !bulkReadable).length,
    fieldsNotInCoql: body.fieldsNotInCoql ?? own.filter((field) => !isWholeInCoql(field)).length,
    ...(own.some(({ cutInLists }) => cutInLists) && { textsCutInLists: true }),
    hasModifiedTime: known.length === 0 || known.some(({ apiName }) => apiName === MODIFIED_TIME_FIELD),
    ...allowance,
  };
}

function presentPlan(question: Question, plan: WorkPlan<AnyMethod>): Omit<Plan, 'kind' | 'connection'> {
  const { module, ...numbers } = question;
  return {
    module,
    ...presentMethod(plan),
    violations: plan.violations,
    steps: plan.steps,
    rejected: plan.rejected.map(presentMethod),
    assumed: withoutUndefined<number | string | boolean>(numbers),
  };
}

function presentMethod({ name, calls, credits, seconds, adequate, reason }: WeighedMethod<AnyMethod>) {
  return { method: name, calls, credits, seconds: Math.round(seconds * 10) / 10, adequate, reason };
}

function withoutUndefined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
