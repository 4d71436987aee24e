import type { RunStatus } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** Columns that the rows of all runs share. After its creation only the run's own workflow writes a row. */
export abstract class RunModel extends BaseModel {
  static override readonly jsonAttributes: string[] = ['plan', 'result'];

  declare id: string;
  declare connectionId: string;
  declare status: RunStatus;
  declare phase: string | null;
  declare errorMessage: string | null;
  declare pauseReason: string | null;
  declare plan: JsonObject | null;
  declare result: JsonObject | null;
  declare workflowId: string | null;
  declare firstExecutionRunId: string | null;
  /** Sequence of the last update that was applied; an update that is not newer is ignored. */
  declare stateVersion: string;
  /** Author of the request: `api-key:<name>`, `schedule`, `cli`. */
  declare initiatedBy: string | null;
  declare idempotencyKey: string | null;
  /** SHA-256 of the request: tells a repeated one from another one under the same idempotency key. */
  declare requestHash: string | null;
  declare startedAt: Date;
  declare completedAt: Date | null;
  declare lastActivityAt: Date;
}

/** Columns of a run of either kind that commands and checks read. */
export type RunRow = Pick<
  RunModel,
  'id' | 'status' | 'phase' | 'workflowId' | 'firstExecutionRunId' | 'lastActivityAt'
>;
