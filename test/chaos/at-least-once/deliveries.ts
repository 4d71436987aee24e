import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/**
 * Ways in which the end of an activity reaches its workflow.
 * - `once`: nothing is disturbed.
 * - `effect twice`: it runs to its end, then once more with the same input, and the workflow hears of the second end.
 * - `completion lost`: it runs to its end, nobody hears of it, and Temporal makes another attempt. Once an activity.
 * - `both`: the first end is lost, and so is the second of the same attempt; Temporal makes another attempt. Activities
 *   whose calls Zoho rations by the minute have the one and the other in turn.
 */
export type Delivery = 'once' | 'effect twice' | 'completion lost' | 'both';

/** The end of an attempt: a result, or a failure after which Temporal makes no other attempt. */
type AttemptEnd = { result: unknown } | { failure: ApplicationFailure };

/** Zoho takes ten downloads a minute. */
const RATIONED = new Set(['collectBulkWriteResult']);
const NEXT_ATTEMPT_MS = 10;

/** Outermost interceptor of a worker, which delivers the ends of all activities in one of the ways. */
export class DeliveryInterceptor implements ActivityInboundCallsInterceptor {
  #delivery: Delivery = 'once';
  readonly #disturbed = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #rationed = new Set<string>();

  /** From here on ends are delivered so, and what was disturbed before is forgotten. */
  deliver(delivery: Delivery): void {
    this.#delivery = delivery;
    this.#disturbed.clear();
  }

  /** Names of the activities that have been disturbed. */
  get disturbed(): ReadonlySet<string> {
    return this.#disturbed;
  }

  #deliveryOf(activityType: string, key: string): Delivery {
    if (this.#delivery !== 'both' || !RATIONED.has(activityType)) return this.#delivery;
    this.#rationed.add(key);
    const isEven = [...this.#rationed].indexOf(key) % 2 === 0;
    return isEven ? 'completion lost' : 'effect twice';
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    if (this.#delivery === 'once') return next(input);
    const { activityType, activityId, workflowExecution } = activityInfo();
    const key = `${workflowExecution?.runId}/${activityId}`;
    const delivery = this.#deliveryOf(activityType, key);
    const end = await endOf(next(input));
    if (delivery !== 'effect twice' && this.#lost.has(key)) return deliverEnd(end);
    this.#disturbed.add(activityType);
    if (delivery === 'effect twice') return next(input);
    this.#lost.add(key);
    if (delivery === 'both') await endOf(next(input));
    throw ApplicationFailure.create({
      message: 'The completion was lost.',
      nextRetryDelay: NEXT_ATTEMPT_MS,
      category: ApplicationFailureCategory.BENIGN,
    });
  }
}

/** @throws the failure of an attempt that is not the last one, such as a job that is not ready, and cancellations */
async function endOf(attempt: Promise<unknown>): Promise<AttemptEnd> {
  try {
    return { result: await attempt };
  } catch (error) {
    if (error instanceof ApplicationFailure && error.nonRetryable) return { failure: error };
    throw error;
  }
}

function deliverEnd(end: AttemptEnd): unknown {
  if ('failure' in end) throw end.failure;
  return end.result;
}
