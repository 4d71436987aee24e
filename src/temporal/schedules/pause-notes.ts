import type { SchedulePause } from '../../domain/schedules/desired-schedule';

type Pause = Pick<SchedulePause, 'by' | 'reason'>;

/** Begins every note of a schedule that the engine paused: what a person paused stays paused. */
const BY_ENGINE = 'Paused by Pipeline Pulse Sync';
const NO_REASON = 'Paused';

/** The note of a schedule that somebody paused by the API; the Temporal UI shows it. */
export function pauseNoteOf({ by, reason }: Pause): string {
  return `${reason ?? NO_REASON} (${by})`;
}

/** Reads from the note of a paused schedule who paused it, and why. */
export function readPauseNote(note: string | undefined): Pause {
  if (note?.startsWith(BY_ENGINE)) return { by: 'engine', reason: note };
  const [, reason, by] = /^(.*) \(([^()]+)\)$/s.exec(note ?? '') ?? [];
  if (by !== undefined) return { by, reason: reason === NO_REASON ? null : (reason ?? null) };
  return { by: 'temporal', reason: note === '' ? null : (note ?? null) };
}
