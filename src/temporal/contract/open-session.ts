import type { SessionTrigger, SessionType } from '../../domain/runs/enums';

/** Asks for the session of a run that started without one. */
export interface SessionRequest {
  /** The run, which has one session: its first execution's id stays the same when it continues as new. */
  workflowId: string;
  firstExecutionRunId: string;
  connectionId: string;
  sessionType: SessionType;
  trigger: SessionTrigger;
  /** Zoho's API name of the module when the run was set up; `*` for a session that is of no one module. */
  module: string;
  /** Name of the module in the engine's books, where it is another one. */
  key?: string;
  configurationId?: string;
  parentSessionId?: string;
  /** Kept with the session, so that a person sees what it was asked for. */
  options: Record<string, unknown>;
}

/**
 * Why a run found nothing to do.
 * - `track_taken`: another session of the same kind is at work for the module.
 * - `never_synced`: changes can be added to nothing before a full sync has completed.
 * - `connection_unusable`: the org has to be connected again.
 * - `night_begun`: the clock shows the time of the night twice, and this is the second.
 */
export type SkipReason = 'track_taken' | 'never_synced' | 'connection_unusable' | 'night_begun';

export type OpenedSession =
  | { status: 'opened'; sessionId: string }
  | {
      status: 'skipped';
      reason: SkipReason;
      /** The session that is at work. */
      by?: string;
    };

/** Result of a run that found nothing to do. */
export type SkippedRun = Extract<OpenedSession, { status: 'skipped' }>;
