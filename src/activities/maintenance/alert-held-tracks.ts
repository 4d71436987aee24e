import { closeAlert, listOpenAlertsOfKind, openAlert } from '../../db/health/alerts';
import { findHeldTracks, type HeldTrack } from '../../db/schedules/held-tracks';
import type { ActivityDependencies } from '../dependencies';

const KIND = 'sync.track_held';

/**
 * Raises an alert for each module whose syncs by schedule a session keeps away for long, most often because somebody has
 * paused it, and closes it when it has ended. Idempotent.
 */
export async function alertHeldTracks({ knex }: Pick<ActivityDependencies, 'knex'>, now: Date): Promise<void> {
  const held = await findHeldTracks(knex, now);
  for (const track of held) {
    const { connectionId, key, sessionId } = track;
    await openAlert(knex, {
      connectionId,
      module: key,
      kind: KIND,
      severity: 'warning',
      message: describe(track),
      details: { sessionId },
    });
  }
  const still = new Set(held.map(({ connectionId, key }) => `${connectionId} ${key}`));
  for (const { connectionId, module } of await listOpenAlertsOfKind(knex, KIND)) {
    if (!still.has(`${connectionId} ${module}`)) await closeAlert(knex, { connectionId, module, kind: KIND });
  }
}

function describe({ module, sessionId, track, status, startedAt }: HeldTrack): string {
  const others = track === 'changes' ? 'the incremental syncs of its schedule' : 'the full syncs of the nights';
  const isPaused = status === 'paused';
  const advice = isPaused ? 'Resume or cancel it' : 'Look what it waits for, and cancel it if that does not come';
  return `Session ${sessionId} of ${module}, begun at ${startedAt.toISOString()} and ${isPaused ? 'paused' : 'still at work'}, keeps ${others} away. ${advice}: pulse sessions show ${sessionId}.`;
}
