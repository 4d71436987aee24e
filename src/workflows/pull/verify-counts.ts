import { counted } from '../../domain/counted';
import { explainCounts, type CountVerdict } from '../../domain/mirror/explain-counts';
import { MAX_PASSES } from '../../domain/runs/rounds';
import type { CountVerification } from '../../domain/runs/verification';
import type { RowCounts } from '../../temporal/contract/results';
import { countBothSides } from '../activity-proxies';
import { catchUp, type CatchUp, type CaughtUp } from './catch-up';
import type { SyncRun } from './sync-run';

/** Rows of both sides, and whether they fit together. */
export interface Counted extends CountVerdict {
  counts: RowCounts;
}

/**
 * Counts both sides. Where Zoho did not show all deletes, what came and went meanwhile explains nothing: a row that is left
 * over may be one that they would have removed.
 * @param knownDifference whether a difference that was looked into before is taken as it is
 */
export async function countRows(
  run: SyncRun,
  knownDifference: boolean,
  { deletesCut }: Pick<CaughtUp, 'deletesCut'>,
): Promise<Counted> {
  const counted = await run.steps.run(() => countBothSides(run.target));
  const counts = deletesCut && counted.movedRows !== undefined ? { ...counted, movedRows: 0 } : counted;
  return { counts, ...explainCounts(counts, knownDifference ? counts.knownDifference : 0) };
}

/**
 * Reads what changed and was deleted since a mark and counts both sides, once more where they do not fit together: what
 * came between reading and counting is in the mirror by then.
 */
export async function catchUpAndCount(run: SyncRun, request: CatchUp): Promise<CaughtUp & Counted> {
  const first = await catchUp(run, request);
  const counted = await countRows(run, false, first);
  if (counted.outcome === 'agreed') return { ...first, ...counted };
  const second = await catchUp(run, {
    ...request,
    changesSince: first.completeUntil,
    deletesSince: first.deletesUntil,
    chunks: (pass) => request.chunks(MAX_PASSES + pass),
  });
  const deletesCut = first.deletesCut || second.deletesCut;
  return { ...second, deletesCut, ...(await countRows(run, false, { deletesCut })) };
}

/** The result of a count as its session keeps it. */
export function verificationOf({ counts, difference, outcome }: Counted): CountVerification {
  const { at = '', zohoRows, zohoRowsAfter, mirrorRows, movedRows, unmirroredRows, heldRows } = counts;
  return {
    kind: 'counts',
    at,
    zohoRows,
    ...(zohoRowsAfter !== undefined && { zohoRowsAfter }),
    mirrorRows,
    unmirroredRows,
    ...(movedRows !== undefined && { movedRows }),
    ...(heldRows !== undefined && { heldRows }),
    outcome,
    ...(outcome !== 'agreed' && { unexplained: difference }),
  };
}

/** Describes the difference of both sides in a sentence. */
export function describeDifference(
  module: string,
  { zohoRows, mirrorRows, unmirroredRows, heldRows = 0 }: RowCounts,
): string {
  const quarantined = unmirroredRows > 0 ? ` and ${counted(unmirroredRows, 'is', 'are')} in quarantine only` : '';
  const held =
    heldRows > 0
      ? ` and ${counted(heldRows, 'awaits approval of its removal', 'await approval of their removal')}`
      : '';
  return `Zoho counts ${counted(zohoRows, 'row')} of ${module}, the mirror has ${mirrorRows}${quarantined}${held}.`;
}
