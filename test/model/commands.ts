import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { getSession } from '../../src/db/sessions/sessions';
import { isFinal } from '../../src/domain/runs/enums';
import { AWAITING_APPROVAL } from '../../src/domain/runs/run-actions';
import { SyncWorkflowNotRunning, type WorkflowTarget } from '../../src/temporal/runs/sync-commands';
import type { Org } from '../support/org';
import type { World } from './world';

export const DEADLINE_MS = 150_000;
const POLL_MS = 60;
const BY = { by: 'a person' };

/** A person pauses and resumes a run, or cancels it. */
export function command({ engine: { commands } }: Org, world: World, target: WorkflowTarget): void {
  const cancels = world.dice.chance(0.3);
  const pauseMs = world.dice.between(0, 100);
  world.tally.count('commands', cancels ? 'cancel' : 'pause');
  world.note(cancels ? 'cancel' : `pause for ${pauseMs} ms`);
  const given = cancels
    ? commands.cancel(target)
    : commands.update(target, 'pause', BY, randomUUID()).then(async () => {
        await sleep(pauseMs);
        return commands.update(target, 'resume', BY, randomUUID());
      });
  given.catch((error: unknown) => {
    if (!(error instanceof SyncWorkflowNotRunning)) world.note(`a command failed: ${String(error)}`);
  });
}

/** Waits for the end of a session; a sweep that waits for approval gets it, or the session is cancelled. */
export async function watched(org: Org, world: World, sessionId: string): Promise<SyncSessionModel> {
  const { commands, knex } = org.engine;
  let isAnswered = false;
  for (const deadline = Date.now() + DEADLINE_MS; ; await sleep(POLL_MS)) {
    const session = await getSession(knex, sessionId);
    if (isFinal(session.status)) return org.waitFor(sessionId, session.status);
    if (session.phase === AWAITING_APPROVAL && !isAnswered) {
      isAnswered = true;
      const approves = world.dice.chance(0.8);
      const target = { workflowId: session.workflowId ?? '' };
      world.note(approves ? 'the sweep is approved' : 'cancelled instead of an approval');
      world.tally.count('commands', approves ? 'approve' : 'cancel instead of approval');
      await (approves ? commands.update(target, 'approveSweep', BY, sessionId) : commands.cancel(target));
    }
    if (Date.now() > deadline) await org.waitFor(sessionId, 'completed', 0);
  }
}
