import { patched } from '@temporalio/workflow';
import { CountTrail } from '../../domain/mirror/count-difference';
import type { ChunkRange } from '../../domain/runs/chunk-numbers';
import { MAX_PASSES } from '../../domain/runs/rounds';
import type { RowCounts } from '../../temporal/contract/results';
import { countBothSides, readChanges, readDeletes } from '../activity-proxies';
import type { SyncRun } from './sync-run';

/** Result of a pass over a module whose changes cannot be followed. */
const NO_CHANGES = { created: 0, updated: 0, lastAnswer: null, crowded: false } as const;

/** Runs that began before this patch took only equal counts, which a module that is worked in hardly ever has. */
const COUNTS_EXPLAINED = 'counts-explained-by-passes';

export interface CatchUp {
  /** Zoho's times from which on changes and deletes are read. ISO 8601. */
  changesSince: string;
  deletesSince: string;
  /** Without a time of modification only deletes can be followed. */
  hasModifiedTime: boolean;
  /** Chunks of each pass, counted from 1. */
  chunks: (pass: number) => ChunkRange;
}

export interface CaughtUp {
  counts: RowCounts;
  /** Both sides have the same rows, or differ by what came and went while they were counted. */
  isVerified: boolean;
  /** Zoho's times up to which changes and deletes are in the mirror. ISO 8601. */
  completeUntil: string;
  deletesUntil: string;
}

/**
 * Reads what changed and was deleted since a mark, until both sides count the same, the passes explain by how much they
 * differ, or nothing moves any more. Where page tokens had to be used, the changes are read from the same mark until
 * nothing new is among them.
 */
export async function catchUp(run: SyncRun, request: CatchUp): Promise<CaughtUp> {
  run.session.note({ phase: 'catching up' });
  let since = request.changesSince;
  let deletesSince = request.deletesSince;
  const trail = new CountTrail();
  for (let pass = 1; ; pass += 1) {
    const [changes, deletes] = await Promise.all([
      followChanges(run, request, since, pass),
      followDeletes(run, deletesSince),
    ]);
    run.deleted += deletes.buried;
    const counts = await run.steps.run(() => countBothSides(run.target));
    const { created, updated, lastAnswer, crowded: usedPageTokens } = changes ?? NO_CHANGES;
    const found = created + updated;
    const isSettled = !usedPageTokens || found === 0;
    if (isSettled) since = lastAnswer ?? since;
    deletesSince = since;
    const isStill = pass > 1 && found + deletes.buried === 0;
    const isExplained = trail.note({
      difference: differenceOf(counts),
      created,
      deleted: deletes.buried,
      unmirrored: counts.unmirroredRows,
    });
    const isVerified = agree(counts) || (isSettled && isExplained && patched(COUNTS_EXPLAINED));
    if ((isSettled && (isVerified || isStill)) || pass === MAX_PASSES) {
      return { counts, isVerified, completeUntil: since, deletesUntil: deletes.until };
    }
  }
}

function followChanges(
  run: SyncRun,
  { hasModifiedTime, chunks }: CatchUp,
  since: string,
  pass: number,
): ReturnType<typeof readChanges> | undefined {
  if (!hasModifiedTime) return undefined;
  return run.steps.run(() => readChanges({ ...run.target, since, firstChunk: chunks(pass).first, trackRecords: true }));
}

async function followDeletes(run: SyncRun, since: string): Promise<Awaited<ReturnType<typeof readDeletes>>> {
  const { approval, steps, target } = run;
  const { percent } = approval;
  const request = { ...target, since, sequence: run.nextDeleteSequence(), ...(percent && { percent }) };
  const found = await steps.run(() => readDeletes({ ...request, approved: approval.isGiven }));
  const { heldBack: awaitingApproval, mirrorRows } = found;
  if (!awaitingApproval) return found;
  await approval.wait(awaitingApproval, mirrorRows);
  return steps.run(() => readDeletes({ ...request, approved: true }));
}

/** True if both sides have the same rows; those in quarantine that the mirror never had are accounted for. */
function agree(counts: RowCounts): boolean {
  return differenceOf(counts) === 0;
}

/** Rows that Zoho counts more than the mirror and its quarantine have. */
export function differenceOf({ zohoRows, mirrorRows, unmirroredRows }: RowCounts): number {
  return zohoRows - mirrorRows - unmirroredRows;
}

/** Describes the difference of both sides in a sentence. */
export function describeDifference(module: string, { zohoRows, mirrorRows, unmirroredRows }: RowCounts): string {
  const quarantined = unmirroredRows > 0 ? ` and ${unmirroredRows} are in quarantine only` : '';
  return `Zoho counts ${zohoRows} rows of ${module}, the mirror has ${mirrorRows}${quarantined}.`;
}
