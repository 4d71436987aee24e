import { activityInfo } from '@temporalio/activity';
import {
  countItems,
  nextPendingItems,
  saveItemOutcomes,
  type ItemOutcome,
} from '../../db/bulk-operations/bulk-operation-items';
import { getJob, planJob, updateJob } from '../../db/bulk-operations/bulk-write-jobs';
import {
  readMassUpdateRequest,
  type ExactValue,
  type StoredMassUpdate,
} from '../../db/bulk-operations/mass-update-request';
import { counted } from '../../domain/counted';
import { isEmptyValue } from '../../domain/records/empty-value';
import { massUpdateProblems } from '../../domain/records/mass-update-problems';
import { progressOf, type ItemProgress } from '../../domain/runs/bulk-operations';
import { isJobOverdue, pollDelayMs } from '../../domain/runs/poll-schedule';
import { LIMITS } from '../../domain/zoho-limits';
import { FAILURES, pendingFailure, permanentFailure } from '../../temporal/contract/failures';
import type { MassUpdatePlan, ViewCounts } from '../../temporal/contract/results';
import type { OperationTarget } from '../../temporal/contract/targets';
import { createMassUpdateJob, getMassUpdateJob, massUpdateRecords } from '../../zoho/bulk/mass-update';
import { JsonNumber } from '../../zoho/http/exact-json';
import { getFields } from '../../zoho/metadata/fields';
import type { WriteOutcome } from '../../zoho/records/write-outcome';
import type { RecordInput } from '../../zoho/records/write-records';
import type { ActivityDependencies } from '../dependencies';
import { UNFINISHED, type Leg, type Unfinished } from '../pull/leg';
import { withZoho } from '../with-zoho';
import { wasRefused } from './was-refused';

/** A view's job is the only one of its operation. */
const JOB = 1;

/**
 * Holds the values of a mass update against the metadata of their fields, before anything is written.
 * @throws mass_update.refused with what stands against it
 */
export async function planMassUpdate(deps: ActivityDependencies, target: OperationTarget): Promise<MassUpdatePlan> {
  const request = await readMassUpdateRequest(deps.knex, target.operationId);
  const { module, values, customView } = request;
  const fields = await withZoho(deps, target, ({ transport, options }) => getFields(transport, module, options));
  const problems = massUpdateProblems(module, plainValues(values), fields, request);
  if (problems.length > 0) {
    const text = problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
    throw permanentFailure(FAILURES.massUpdate.refused, `${text}.`);
  }
  if (customView !== null) {
    await planJob(deps.knex, { ...target, kind: 'mass_update', file: JOB, details: { module, customView } });
  }
  return { module, byView: customView !== null };
}

/**
 * Gives the records of a mass update their values, 500 a call, and keeps the outcome of each before the next call. An
 * attempt goes on where the one before has stopped; a call whose answer was lost is made again, which gives the same
 * values once more. Between two calls it stops when it is cancelled, or when its leg is over.
 * @returns the figures so far, which are final unless there is more
 */
export async function updateByIds(
  deps: ActivityDependencies,
  target: OperationTarget,
  leg: Leg,
): Promise<ItemProgress | Unfinished> {
  const { operationId } = target;
  const request = await readMassUpdateRequest(deps.knex, operationId);
  const { module } = request;
  return withZoho(deps, target, async (zoho) => {
    const { transport, options, signal } = zoho;
    // A call in flight is not cut short: what it wrote would be written down nowhere.
    const { signal: _signal, ...uncut } = options;
    for (;;) {
      const items = await nextPendingItems(deps.knex, operationId, LIMITS.massUpdate.ids);
      const progress = progressOf(await countItems(deps.knex, operationId));
      if (items.length === 0) return progress;
      if (leg.isOver) return UNFINISHED;
      zoho.report({ from: items[0]?.position, ...progress });
      signal.throwIfAborted();
      leg.noteCall();
      const ids = items.map(({ recordId }) => recordId);
      const outcomes = await massUpdateRecords(transport, module, { ids, ...changesOf(request) }, uncut);
      await saveItemOutcomes(
        deps.knex,
        operationId,
        items.map(({ position }, index) => ({ position, ...outcomeOf(outcomes[index]) })),
      );
    }
  });
}

/**
 * Submits Zoho's own job for all records of a view. While another job of the view runs, Zoho refuses it, and it is tried
 * again later. Idempotent by the job's number; a submission whose answer was lost is repeated, which gives the same values
 * once more for another 50 credits.
 */
export async function submitMassUpdate(deps: ActivityDependencies, target: OperationTarget): Promise<void> {
  const { operationId } = target;
  const { zohoJobId } = await getJob(deps.knex, operationId, 'mass_update', JOB);
  if (zohoJobId !== null) return;
  const request = await readMassUpdateRequest(deps.knex, operationId);
  const { module, customView } = request;
  await withZoho(deps, target, async ({ transport, options }) => {
    const { signal: _signal, ...uncut } = options;
    await updateJob(deps.knex, operationId, 'mass_update', JOB, { state: 'ORDERING' });
    const update = { customView: customView ?? '', ...changesOf(request) };
    try {
      const { jobId } = await createMassUpdateJob(transport, module, update, uncut);
      await updateJob(deps.knex, operationId, 'mass_update', JOB, { state: 'SCHEDULED', zohoJobId: jobId });
    } catch (error) {
      if (wasRefused(error, 'create_mass_update_job')) {
        await updateJob(deps.knex, operationId, 'mass_update', JOB, { state: 'PLANNED' });
      }
      throw error;
    }
  });
}

export interface MassUpdateJobResult extends ViewCounts {
  state: 'COMPLETED' | 'FAILED';
}

/**
 * Asks once how far a view's job is; until it has ended, the attempt fails with the time of the next one.
 * @throws mass_update.pending
 */
export async function awaitMassUpdate(
  deps: ActivityDependencies,
  target: OperationTarget,
): Promise<MassUpdateJobResult> {
  const { operationId } = target;
  const { module } = await readMassUpdateRequest(deps.knex, operationId);
  const { zohoJobId } = await getJob(deps.knex, operationId, 'mass_update', JOB);
  return withZoho(deps, target, async ({ transport, options }) => {
    const job = await getMassUpdateJob(transport, module, zohoJobId ?? '', options);
    const { state, totalCount: total, updatedCount: updated, notUpdatedCount: notUpdated, failedCount: failed } = job;
    await updateJob(deps.knex, operationId, 'mass_update', JOB, {
      state,
      result: { total, updated, notUpdated, failed },
    });
    if (state === 'COMPLETED' || state === 'FAILED') return { state, total, updated, notUpdated, failed };
    const hint = state === 'SUSPENDED' ? ' An administrator of Zoho must let it go on.' : '';
    throw pendingFailure(
      FAILURES.massUpdate.pending,
      `Mass update job ${zohoJobId} of ${module} is ${state}: ${updated} of ${counted(total, 'record')}.${hint}`,
      pollDelayMs(activityInfo().attempt, Infinity),
      isJobOverdue(Date.now() - activityInfo().scheduledTimestampMs),
    );
  });
}

function outcomeOf(outcome: WriteOutcome | undefined): ItemOutcome {
  if (!outcome) return { status: 'unknown', recordId: null, errors: [{ code: 'NOT_ANSWERED', fields: [] }] };
  if (outcome.status === 'success') return { status: 'updated', recordId: outcome.id, errors: [] };
  const errors = outcome.errors.map(({ code, fieldName }) => ({ code, fields: fieldName === null ? [] : [fieldName] }));
  return { status: 'skipped', recordId: null, errors };
}

/** An empty list takes every choice away, which Zoho says by null, and never by adding nothing. */
function changesOf({ values, overWrite }: StoredMassUpdate<ExactValue>): {
  values: RecordInput;
  overWrite: boolean | undefined;
} {
  const given = Object.entries(values).map(([name, value]): [string, RecordInput[string]] => [name, exactValue(value)]);
  const clears = given.some(([, value]) => value === null);
  return { values: Object.fromEntries(given), overWrite: overWrite ?? (clears || undefined) };
}

function exactValue(value: ExactValue): RecordInput[string] {
  if (value.type === 'number') return new JsonNumber(value.text);
  return Array.isArray(value.value) && isEmptyValue(value.value) ? null : value.value;
}

function plainValues(values: Record<string, ExactValue>): Record<string, unknown> {
  const plain = (value: ExactValue) => (value.type === 'number' ? value.text : value.value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]));
}
