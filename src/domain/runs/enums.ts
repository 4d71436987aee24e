/**
 * Closed sets of values of sessions, records and conflicts. The values are part of the public interface (tables, URLs
 * and answers contain them), so they never change; new ones may be added.
 */

/** States of a session. `paused` is ours; the rest are the specification's. */
export const RUN_STATUSES = ['initiated', 'in_progress', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Sessions in these statuses own their track of the module. */
export const ACTIVE_RUN_STATUSES = ['initiated', 'in_progress', 'paused'] as const satisfies readonly RunStatus[];

/** A session in one of these statuses never changes again. */
export const FINAL_RUN_STATUSES = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];

export function isFinal(status: RunStatus): boolean {
  return (FINAL_RUN_STATUSES as readonly RunStatus[]).includes(status);
}

export const SESSION_TYPES = [
  'full_sync',
  'incremental_sync',
  'manual_refresh',
  'webhook_update',
  'verification',
  'nightly',
  'push',
] as const;
export type SessionType = (typeof SESSION_TYPES)[number];

/**
 * Share of a module that a session reads or writes: at most one session of a module and track is active, and different
 * tracks run side by side. Sessions without a track exclude nobody.
 */
export type SessionTrack = 'all_rows' | 'changes' | 'notified' | 'nightly' | 'push';

const TRACKS: Readonly<Record<SessionType, SessionTrack | null>> = {
  full_sync: 'all_rows',
  verification: 'all_rows',
  incremental_sync: 'changes',
  webhook_update: 'notified',
  manual_refresh: null,
  nightly: 'nightly',
  push: 'push',
};

/** Track of a session; the database computes the same. */
export function trackOf(sessionType: SessionType): SessionTrack | null {
  return TRACKS[sessionType];
}

/** Starters of a session. */
export const SESSION_TRIGGERS = ['api', 'schedule', 'nightly', 'notification', 'housekeeping'] as const;
export type SessionTrigger = (typeof SESSION_TRIGGERS)[number];

export const SYNC_DIRECTIONS = ['bidirectional', 'from_crm', 'to_crm'] as const;
export type SyncDirection = (typeof SYNC_DIRECTIONS)[number];

export const RECORD_ACTIONS = ['created', 'updated', 'deleted', 'skipped', 'failed'] as const;
export type RecordAction = (typeof RECORD_ACTIONS)[number];

export const CONFLICT_STRATEGIES = ['crm_wins', 'local_wins', 'manual_review', 'merge_fields', 'newest_wins'] as const;
export type ConflictStrategy = (typeof CONFLICT_STRATEGIES)[number];

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Why a row left the mirror: moved to Zoho's recycle bin, deleted for good, or no longer returned by Zoho. */
export const TOMBSTONE_REASONS = ['recycle', 'permanent', 'vanished'] as const;
export type TombstoneReason = (typeof TOMBSTONE_REASONS)[number];

/** Method by which a full sync reads a module. */
export const READ_PATHS = ['list', 'bulk'] as const;
export type ReadPath = (typeof READ_PATHS)[number];

/** Comparison by which a full sync finds what differs: every value, or only times of modification where they vouch. */
export const COMPARISONS = ['values', 'times'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const FIELD_MODIFICATION_ACTIONS = ['create', 'update'] as const;
export type FieldModificationAction = (typeof FIELD_MODIFICATION_ACTIONS)[number];

/** `unknown`: no answer arrived, so Zoho may or may not have done it. `pending`: under way, or the process ended. */
export const FIELD_MODIFICATION_OUTCOMES = ['pending', 'succeeded', 'refused', 'unknown'] as const;
export type FieldModificationOutcome = (typeof FIELD_MODIFICATION_OUTCOMES)[number];
