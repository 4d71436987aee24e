import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { getSession } from '../../src/db/sessions/sessions';
import { isFinal } from '../../src/domain/runs/enums';
import { SyncWorkflowNotRunning } from '../../src/temporal/runs/command-errors';
import { type WorkflowTarget } from '../../src/temporal/runs/sync-commands';
import { decide, waitingApproval } from '../support/approvals';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
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

/** Waits for the end of a session, and decides about what it has left to a person. */
export async function watched(org: Org, world: World, sessionId: string): Promise<SyncSessionModel> {
  const { status, moduleName } = await poll(
    async () => {
      const session = await getSession(org.engine.knex, sessionId);
      return isFinal(session.status) && session;
    },
    { what: `session ${sessionId} ends`, timeoutMs: DEADLINE_MS, pauseMs: POLL_MS },
  );
  if (await waitingApproval(org, moduleName)) {
    const decision = world.dice.chance(0.8) ? 'approve' : 'reject';
    world.note(`the removal is decided: ${decision}`);
    world.tally.count('commands', decision);
    await decide(org, moduleName, decision);
  }
  return org.waitFor(sessionId, status);
}
