import type { NightWork } from '../../domain/schedules/night-work';
import type { SyncInput } from './sync-messages';

/** Stands for the module of a session that is of no one module. */
export const ALL_MODULES = '*';

/** Input of a night: its session is of no one module, and has no options. */
export type NightlyInput = SyncInput;

/** A module that a night syncs. */
export interface NightModule {
  /** Zoho's API name. */
  module: string;
  /** Name in the engine's books. */
  key: string;
  configurationId: string;
  /** Of the workflow that syncs it, whoever starts that. */
  workflowId: string;
  work: NightWork;
  /** Keys of the modules that must have ended before, in whatever way. */
  after: string[];
}

/** A module that a night leaves alone. */
export interface PostponedModule {
  module: string;
  key: string;
  /** One sentence. */
  reason: string;
}

export interface NightPlan {
  /** In the order in which they begin. */
  modules: NightModule[];
  /** Left for the next night. */
  postponed: PostponedModule[];
  /** Synced already, since the night that this one makes up for should have begun; histories of earlier plans lack it. */
  done?: PostponedModule[];
  /** Modules that are synced at a time. */
  parallelism: number;
}

/**
 * Outcome of a module in a night. `joined`: a sync of it was at work already; `skipped`: there was nothing to do;
 * `postponed`: the day's credits did not suffice.
 */
export const NIGHT_OUTCOMES = ['completed', 'failed', 'cancelled', 'joined', 'skipped', 'postponed'] as const;
export type NightOutcome = (typeof NIGHT_OUTCOMES)[number];

export interface NightLine {
  module: string;
  key: string;
  outcome: NightOutcome;
  /** Why it did not complete; null if it did. */
  reason: string | null;
}

/** A line of a night's summary, with what its session has done. */
export interface NightSummaryLine extends Omit<NightLine, 'key'> {
  /** Null where no session was opened. */
  sessionId: string | null;
  read: number;
  created: number;
  updated: number;
  deleted: number;
  credits: number;
}

/** Result of a night. */
export interface NightResult {
  modules: NightSummaryLine[];
  /** Credits of all its sessions. */
  credits: number;
}
