import type { ChunkRange } from '../../domain/runs/chunk-numbers';
import { MAX_PASSES } from '../../domain/runs/rounds';
import { readDeletes } from '../activity-proxies';
import { followChanges } from './many-changes';
import type { SyncRun } from './sync-run';

/** Result of a pass over a module whose changes cannot be followed. */
const NO_CHANGES = { created: 0, updated: 0, lastAnswer: null, crowded: false } as const;

export interface CatchUp {
  /** Zoho's times from which on changes and deletes are read. ISO 8601. */
  changesSince: string;
  deletesSince: string;
  /** Without a time of modification only deletes can be followed. */
  hasModifiedTime: boolean;
  /** Whether many changes may be exported, if that is cheaper. @default false */
  mayExport?: boolean;
  /** Chunks of each pass, counted from 1. */
  chunks: (pass: number) => ChunkRange;
}

export interface CaughtUp {
  /** Zoho's times up to which changes and deletes are in the mirror. ISO 8601. */
  completeUntil: string;
  deletesUntil: string;
  /** Rows that came or went. */
  moved: number;
  /** Zoho did not show all deletes: what a count cannot explain may be among them. */
  deletesCut: boolean;
}

/**
 * Reads what changed and was deleted since a mark. Where page tokens had to be used, the changes are read from the same
 * mark until nothing new is among them.
 */
export async function catchUp(run: SyncRun, request: CatchUp): Promise<CaughtUp> {
  run.session.note({ phase: 'catching up' });
  const { changesSince } = request;
  let { deletesSince } = request;
  let moved = 0;
  let deletesCut = false;
  for (let pass = 1; ; pass += 1) {
    const [changes, deletes] = await Promise.all([
      request.hasModifiedTime
        ? followChanges(run, {
            since: changesSince,
            pass,
            chunks: request.chunks,
            mayExport: request.mayExport ?? false,
          })
        : NO_CHANGES,
      followDeletes(run, deletesSince),
    ]);
    run.deleted += deletes.buried;
    deletesSince = deletes.until;
    deletesCut ||= deletes.isCut ?? false;
    moved += changes.created + deletes.buried;
    const { created, updated, lastAnswer, crowded: usedPageTokens } = changes;
    if (!usedPageTokens || created + updated === 0) {
      return { completeUntil: lastAnswer ?? changesSince, deletesUntil: deletesSince, moved, deletesCut };
    }
    if (pass === MAX_PASSES) return { completeUntil: changesSince, deletesUntil: deletesSince, moved, deletesCut };
  }
}

async function followDeletes(run: SyncRun, since: string): Promise<Awaited<ReturnType<typeof readDeletes>>> {
  const request = { ...run.target, ...run.removal, since, sequence: run.nextDeleteSequence() };
  const found = await run.steps.run(() => readDeletes(request));
  if (found.awaitingApproval > 0) run.hold(found.awaitingApproval);
  return found;
}
