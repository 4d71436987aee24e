import { countDoubts, forgetDoubtsOf } from '../../db/mirror/doubtful-records';
import { planRead } from '../../domain/planning/read-methods';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { wholeMirror } from './load-mirror';
import { settleDoubts } from './settle-doubts';

export interface DifferencesRequest extends SyncTarget {
  /** Rows of the module, as the session planned them. */
  rows: number;
}

export interface SettledDifferences {
  /** Records that a comparison found to be missing, stale or other than in the mirror. */
  found: number;
  /** True if reading the whole module costs less than asking for so many: none was asked for. */
  tooMany: boolean;
}

/**
 * Asks by id for the records that a comparison found to differ, a credit for every 100 of them and 50 fields. Resumable
 * and idempotent: what an earlier attempt has settled is no longer in doubt.
 */
export async function settleDifferences(
  deps: ActivityDependencies,
  request: DifferencesRequest,
): Promise<SettledDifferences> {
  const mirror = await wholeMirror(deps, request);
  const found = await countDoubts(deps.knex, mirror);
  if (found === 0) return { found, tooMany: false };
  return withZoho(deps, request, async (zoho) => {
    const { name } = planRead(
      {
        module: request.module,
        goal: 'records',
        rows: request.rows,
        wantedRows: found,
        fields: mirror.fields.length,
        fieldsNotInBulk: mirror.fields.filter((field) => field.filled && !field.bulkReadable).length,
        fieldsNotInCoql: 0,
        hasModifiedTime: true,
        latencyMs: zoho.meanLatencyMs(),
      },
      ['ids', 'bulk'],
    );
    if (name === 'ids') await settleDoubts(deps, zoho, request, found);
    else await forgetDoubtsOf(deps.knex, mirror, request.sessionId);
    return { found, tooMany: name !== 'ids' };
  });
}
