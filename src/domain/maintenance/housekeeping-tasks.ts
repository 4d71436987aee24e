/** Interval and place of a task of the housekeeping. */
export interface TaskSettings {
  /** Time in seconds from one turn to the next. */
  everySeconds: number;
  /** Whether there is one of it for every connection, done where calls to Zoho are. */
  asksZoho: boolean;
  /** Whether its first turn comes after the interval, and not at once. */
  isLater?: boolean;
}

/** Work that comes round by itself, by its name. */
export const HOUSEKEEPING_TASKS = {
  closeAbandonedRuns: { everySeconds: 20, asksZoho: false },
  settlePendingStarts: { everySeconds: 60, asksZoho: false },
  followConfigurations: { everySeconds: 30, asksZoho: false },
  alignSchedules: { everySeconds: 30, asksZoho: false },
  pauseFailingSchedules: { everySeconds: 60, asksZoho: false },
  alertHeldTracks: { everySeconds: 300, asksZoho: false },
  wakeIngestion: { everySeconds: 10, asksZoho: false },
  lookAfterChannels: { everySeconds: 600, asksZoho: false },
  lookAfterInbox: { everySeconds: 300, asksZoho: false },
  retryQuarantined: { everySeconds: 600, asksZoho: false },
  startDueComparisons: { everySeconds: 600, asksZoho: false },
  startMissedNights: { everySeconds: 600, asksZoho: false },
  removeConnections: { everySeconds: 600, asksZoho: false },
  reviewApprovals: { everySeconds: 20, asksZoho: false },
  applySchemaChanges: { everySeconds: 20, asksZoho: false },
  startColumnFills: { everySeconds: 60, asksZoho: false },
  forgetOldValues: { everySeconds: 3_600, asksZoho: false },
  renewChannels: { everySeconds: 300, asksZoho: true },
  refreshMetadata: { everySeconds: 3_600, asksZoho: true, isLater: true },
} as const satisfies Readonly<Record<string, TaskSettings>>;

export type TaskName = keyof typeof HOUSEKEEPING_TASKS;

/** Tasks that ask Zoho. */
export type AskingTask = {
  [Name in TaskName]: (typeof HOUSEKEEPING_TASKS)[Name]['asksZoho'] extends true ? Name : never;
}[TaskName];

/** Tasks that ask nobody outside. */
export type QuietTask = Exclude<TaskName, AskingTask>;

/** A task that asks Zoho, of one connection. */
export interface TaskOfConnection {
  task: AskingTask;
  connectionId: string;
}
