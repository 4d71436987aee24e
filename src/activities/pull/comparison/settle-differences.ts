import { countDoubts, forgetDoubtsOf } from '../../../db/mirror/doubtful-records';
import { LIMITS } from '../../../domain/zoho-limits';
import type { SyncTarget } from '../../../temporal/contract/targets';
import type { ActivityDependencies } from '../../dependencies';
import { withZoho } from '../../with-zoho';
import { Leg, UNFINISHED, type Unfinished } from '../leg';
import { wholeMirror } from '../load-mirror';
import { settleDoubts } from '../settle-doubts';
import { costsMoreThanWhole } from './plan-comparison';

export interface DifferencesRequest extends SyncTarget {
  /** Rows of the module, as the session planned them. */
  rows: number;
}

export interface Differences {
  /** Records that a comparison found to be missing, stale or other than in the mirror. */
  found: number;
  /** True if reading the whole module costs less than asking for so many. */
  tooMany: boolean;
}

/** Counts the records that a comparison found to differ. Changes nothing: what is done about them is another step. */
export async function weighDifferences(deps: ActivityDependencies, request: DifferencesRequest): Promise<Differences> {
  const mirror = await wholeMirror(deps, request);
  const found = await countDoubts(deps.knex, mirror);
  if (found === 0) return { found, tooMany: false };
  return withZoho(deps, request, (zoho) => {
    const tooMany = costsMoreThanWhole(zoho, mirror, request.rows, found);
    return Promise.resolve({ found, tooMany });
  });
}

export interface SettleRequest extends DifferencesRequest, Differences {}

/**
 * Asks by id for the records that differ, a credit for every 100 of them and 50 fields; or forgets them, where the
 * session reads the whole module instead. Resumable and idempotent: what is settled is no longer in doubt.
 */
export async function settleDifferences(
  deps: ActivityDependencies,
  request: SettleRequest,
  leg = new Leg(),
): Promise<Unfinished | undefined> {
  const { found, tooMany } = request;
  const mirror = await wholeMirror(deps, request);
  if (tooMany) await forgetDoubtsOf(deps.knex, mirror, request.sessionId);
  else {
    const calls = Math.ceil(found / LIMITS.listPage.ids);
    const isDone = await withZoho(deps, request, (zoho) => settleDoubts(deps, zoho, request, calls, leg));
    if (!isDone) return UNFINISHED;
  }
  return undefined;
}
