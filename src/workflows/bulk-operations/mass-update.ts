import { counted } from '../../domain/counted';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { BulkOperationInput, BulkOperationResult } from '../../temporal/contract/operation-messages';
import { awaitMassUpdate, submitMassUpdate, planMassUpdate, updateByIds } from '../activity-proxies';
import { runBulkOperation, type OperationRun, type WorkDone } from './operation-run';

/**
 * Gives many records of a module the same values: up to 50,000 by their ids, with the outcome of each, or those of a
 * custom view, by a job of Zoho's that returns counts only.
 */
export async function massUpdate(input: BulkOperationInput): Promise<BulkOperationResult> {
  return runBulkOperation(input, 'Mass update', async (run) => {
    const plan = await run.steps.run(() => planMassUpdate(run.target));
    run.recorder.note({ phase: 'writing', plan });
    return plan.byView ? updateView(run) : updateRecords(run);
  });
}

async function updateRecords({ steps, target }: OperationRun): Promise<WorkDone> {
  const { successful, failed } = await steps.run(() => updateByIds(target));
  return { message: `Zoho updated ${counted(successful, 'record')} and refused ${failed}.` };
}

async function updateView({ steps, recorder, target }: OperationRun): Promise<WorkDone> {
  await steps.run(() => submitMassUpdate(target));
  recorder.note({ phase: 'waiting' }, 'Zoho has the job.');
  const { state, total, updated, notUpdated, failed } = await steps.run(() => awaitMassUpdate(target));
  const outcome = `${updated} of ${counted(total, 'record')} updated, ${notUpdated} not updated, ${failed} failed`;
  if (state === 'FAILED') throw permanentFailure(FAILURES.massUpdate.failed, `Zoho's job failed: ${outcome}.`);
  recorder.note({ totalRecords: total });
  return {
    message: `Zoho counts ${outcome}; it does not say which.`,
    progress: { processed: total, successful: updated, failed: notUpdated + failed },
    details: { view: { total, updated, notUpdated, failed } },
  };
}
