import { noteExtraRows, noteHeldRows, noteStillMissing } from '../../../db/comparisons/differences';
import { saveVerification } from '../../../db/comparisons/verifications';
import type { ComparisonFindings } from '../../../domain/mirror/comparison-findings';
import type { ChunkRange } from '../../../domain/runs/chunk-numbers';
import type { Comparison } from '../../../domain/runs/enums';
import type { CountVerification } from '../../../domain/runs/verification';
import type { ComparisonRequest } from '../../../temporal/contract/comparison';
import type { SyncTarget } from '../../../temporal/contract/targets';
import type { ActivityDependencies } from '../../dependencies';
import { settleCount } from '../count-both-sides';
import { loadMirror } from '../load-mirror';
import { comparisonTerms } from './comparison-terms';

export interface ComparisonToFinish extends SyncTarget {
  comparison: ComparisonRequest;
  depth: Comparison;
  /** Zoho's time when the comparison began. ISO 8601. */
  asOf: string;
  /** Chunks whose rows were compared. */
  chunks: ChunkRange;
  /** Result of the count, where the session does not keep it otherwise. */
  verification?: CountVerification;
}

/** Sums up what a comparison has found. To be called after the changes that happened meanwhile were read. Idempotent. */
export async function finishComparison(
  deps: ActivityDependencies,
  request: ComparisonToFinish,
): Promise<ComparisonFindings> {
  const { knex } = deps;
  const { comparison, sessionId, depth, chunks } = request;
  const asOf = new Date(request.asOf);
  const mirror = await loadMirror(deps, request);
  await noteHeldRows(knex, mirror, { sessionId, asOf });
  if (comparison.repairs) {
    await noteExtraRows(knex, mirror, { sessionId, asOf });
    await noteStillMissing(knex, mirror, sessionId);
  }
  if (request.verification) await settleCount(deps, mirror, request.verification);
  const { connectionId, key } = mirror;
  const { promisedUntil, repairs } = comparisonTerms(comparison);
  return saveVerification(knex, { sessionId, connectionId, key, depth, repairs, asOf, promisedUntil, chunks });
}
