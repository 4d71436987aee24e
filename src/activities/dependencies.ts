import type { Knex } from 'knex';
import type { ZohoTransports } from '../connection/transports';
import type { Retention } from '../db/maintenance/retention-step';
import type { Logger } from '../logger';
import type { ApprovalCommands } from '../temporal/runs/approval-commands';
import type { ColumnFill } from '../temporal/runs/column-fill';
import type { DueComparison } from '../temporal/runs/due-comparison';
import type { IngestionCommands } from '../temporal/runs/ingestion-commands';
import type { MissedNight } from '../temporal/runs/missed-night';
import type { SyncSchedules } from '../temporal/schedules/sync-schedules';
import type { CallerClient } from './caller-client';
import type { Spool } from './spool';

/** Pausing and resuming the schedules of a connection. */
export interface ConnectionSchedules {
  /** Pauses those that run. @returns how many */
  pause(connectionId: string, why: string): Promise<number>;
  /** Resumes those that `pause` paused, not those that a person paused. @returns how many */
  unpause(connectionId: string, why: string): Promise<number>;
}

/** State of the workflow that has a run's workflow id now. */
export interface WorkflowState {
  /** Temporal's status, e.g. `RUNNING` or `TERMINATED`; null if it knows no such workflow. */
  status: string | null;
  /** Id of the run the workflow was started for. */
  sessionId: string | null;
}

/** Dependencies of activities; made once per worker. */
export interface ActivityDependencies {
  knex: Knex;
  /** Connections of the housekeeping, which nothing else holds, and whose statements are cut off before a task's time is over. */
  maintenanceKnex: Knex;
  zoho: ZohoTransports;
  logger: Logger;
  spool: Spool;
  callers: CallerClient;
  /** Asks Temporal what has become of a workflow. */
  workflowState(workflowId: string): Promise<WorkflowState>;
  schedules: ConnectionSchedules;
  /** The schedules that follow configurations. */
  syncSchedules: SyncSchedules;
  /** Starts the night that has not come. @returns false if it was started before */
  startMissedNight(night: MissedNight): Promise<boolean>;
  /** Starts a comparison that is due. @returns false if one of the module is at work */
  startComparison(due: DueComparison): Promise<boolean>;
  /** Starts reading the values of new columns, unless it is at work. */
  startColumnFill(fill: ColumnFill): Promise<void>;
  /** Lets be read what Zoho tells of changes, and what it may not have told of. */
  ingestion: IngestionCommands;
  /** Time in milliseconds after which a scan ends where it is, to be scheduled anew behind what waits. */
  scanLegMs: number;
  /** Lets be done what a person has approved. */
  approvals: ApprovalCommands;
  /** Ages at which values of records are forgotten after their work has ended. */
  retention: Retention;
  /**
   * The URL that Zoho may call when a bulk write's job ends; undefined where Zoho cannot reach the API.
   * @param secret proves that the call is Zoho's
   */
  bulkWriteCallbackUrl(operationId: string, file: number, secret: string): string | undefined;
  /**
   * The URL to which Zoho sends notifications of a channel; undefined where Zoho cannot reach the API.
   * @param secretPath its last part
   */
  notificationUrl(secretPath: string): string | undefined;
  /** Opens what was sealed for a purpose. @throws EncryptionKeyMissing, SealedValueInvalid */
  openSecret(purpose: string, sealed: string): string;
}
