import { WorkflowUpdateRPCTimeoutOrCancelledError, type WorkflowHandle } from '@temporalio/client';
import { counted } from '../../domain/counted';
import type { SessionType } from '../../domain/runs/enums';
import type { TemporalClient } from '../client';
import type { NightlyInput } from '../contract/nightly';
import {
  pauseUpdate,
  resumeUpdate,
  type FullSyncInput,
  type IncrementalSyncInput,
  type CommandPayload,
  type OpenedInput,
  type RefreshInput,
  type SyncInput,
  type VerifyInput,
} from '../contract/sync-messages';
import { nightlyWorkflowId, refreshWorkflowId, syncWorkflowId } from '../ids';
import { priorityOf } from '../priorities';
import { runAttributes } from '../search-attributes';
import { TASK_QUEUES } from '../task-queues';
import { NoWorkerAnswered, SyncWorkflowNotRunning, SyncWorkflowRunning, translate } from './command-errors';
import {
  describeFullSync,
  describeIncrementalSync,
  describeNight,
  describeRemoval,
  describeRequest,
  describeVerification,
} from './start-texts';

/** One chain of runs of a session's workflow. */
export interface WorkflowTarget {
  workflowId: string;
  /** Keeps a command from reaching the next session of the module, which has the same workflow id. */
  firstExecutionRunId?: string;
}

const UPDATES = { pause: pauseUpdate, resume: resumeUpdate } as const;
export type SyncUpdate = keyof typeof UPDATES;

export interface SyncExecution {
  /** Temporal's status name, e.g. `RUNNING`, `TERMINATED`. */
  status: string;
  runId: string;
  historyLength: number;
}

/** Everything the control API asks of Temporal. Every method answers or fails within its time limit. */
export interface SyncCommands {
  /** @throws SyncWorkflowRunning, TemporalUnavailable */
  startFullSync(input: FullSyncInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>>;
  /** @throws SyncWorkflowRunning, TemporalUnavailable */
  startIncrementalSync(
    input: IncrementalSyncInput & OpenedInput,
    requestedBy: string,
  ): Promise<Required<WorkflowTarget>>;
  /** Starts a comparison of a module with its mirror. @throws SyncWorkflowRunning, TemporalUnavailable */
  startVerification(input: VerifyInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>>;
  /** Starts a night. @throws SyncWorkflowRunning, TemporalUnavailable */
  startNightly(input: NightlyInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>>;
  /** Starts a session that reads chosen records. @throws TemporalUnavailable */
  startRefresh(input: RefreshInput, requestedBy: string): Promise<Required<WorkflowTarget>>;
  /**
   * Sends a command that takes effect at the workflow's next safe point.
   * @param updateId the same id sends the command once, however often it is called
   * @returns whether it took effect; `false`: accepted, but not yet in effect
   * @throws CommandRefused, SyncWorkflowNotRunning, NoWorkerAnswered, TemporalUnavailable
   */
  update(target: WorkflowTarget, name: SyncUpdate, command: CommandPayload, updateId: string): Promise<boolean>;
  /** Asks the workflow to stop and clean up. @throws SyncWorkflowNotRunning, TemporalUnavailable */
  cancel(target: WorkflowTarget): Promise<void>;
  /** @throws SyncWorkflowNotRunning, TemporalUnavailable */
  describe(target: WorkflowTarget): Promise<SyncExecution>;
  /** @throws TemporalUnavailable */
  ping(): Promise<void>;
}

export interface SyncCommandLimits {
  /** For one call to Temporal, in milliseconds. @default 5000 */
  callMs?: number;
  /** Until an accepted command must have taken effect, in milliseconds. @default 20000 */
  effectMs?: number;
}

const MAX_PING_MS = 2_000; // Probes of an orchestrator wait for seconds only.

export function createSyncCommands(temporal: TemporalClient, limits: SyncCommandLimits = {}): SyncCommands {
  return new TemporalSyncCommands(temporal, limits.callMs ?? 5_000, limits.effectMs ?? 20_000);
}

/** Properties of a kind of sync in Temporal. */
interface SyncKindStart {
  workflowType: 'fullSync' | 'incrementalSync' | 'nightlySync' | 'refreshRecords' | 'verifyMirror';
  kind: SessionType;
  workflowId: string;
  summary: string;
  details: string[];
}

const CLOSING_ATTEMPTS = 8;
const CLOSING_PAUSE_MS = 125;

class TemporalSyncCommands implements SyncCommands {
  readonly #temporal: TemporalClient;
  readonly #callMs: number;
  readonly #effectMs: number;

  constructor(temporal: TemporalClient, callMs: number, effectMs: number) {
    this.#temporal = temporal;
    this.#callMs = callMs;
    this.#effectMs = effectMs;
  }

  async startFullSync(input: FullSyncInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>> {
    return this.#start(input, requestedBy, {
      workflowType: 'fullSync',
      kind: 'full_sync',
      workflowId: syncWorkflowId('full_sync', input.connection, input.key ?? input.module),
      summary: `Full sync of ${input.module} (${input.connection})`,
      details: describeFullSync(input, requestedBy),
    });
  }

  async startIncrementalSync(
    input: IncrementalSyncInput & OpenedInput,
    requestedBy: string,
  ): Promise<Required<WorkflowTarget>> {
    return this.#start(input, requestedBy, {
      workflowType: 'incrementalSync',
      kind: 'incremental_sync',
      workflowId: syncWorkflowId('incremental_sync', input.connection, input.key ?? input.module),
      summary: `Incremental sync of ${input.module} (${input.connection})`,
      details: describeIncrementalSync(input, requestedBy),
    });
  }

  async startNightly(input: NightlyInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>> {
    return this.#start(input, requestedBy, {
      workflowType: 'nightlySync',
      kind: 'nightly',
      workflowId: nightlyWorkflowId(input.connection),
      summary: `Nightly sync of ${input.connection}`,
      details: describeNight(input, requestedBy),
    });
  }

  async startVerification(input: VerifyInput & OpenedInput, requestedBy: string): Promise<Required<WorkflowTarget>> {
    return this.#start(input, requestedBy, {
      workflowType: 'verifyMirror',
      kind: 'verification',
      workflowId: syncWorkflowId('verification', input.connection, input.key ?? input.module),
      summary: `Verification of ${input.module} (${input.connection})`,
      details: describeVerification(input, requestedBy),
    });
  }

  async startRefresh(input: RefreshInput, requestedBy: string): Promise<Required<WorkflowTarget>> {
    return this.#start(input, requestedBy, {
      workflowType: 'refreshRecords',
      kind: 'manual_refresh',
      workflowId: refreshWorkflowId(input.sessionId),
      summary: `${counted(input.records, 'chosen record')} of ${input.module} (${input.connection})`,
      details: [
        `Reads chosen records of **${input.module}** from Zoho CRM into the mirror.`,
        '',
        ...describeRequest(input, requestedBy),
      ],
    });
  }

  /** Every sync of a type of a whole module has the same workflow id, so Temporal lets one run at a time. */
  async #start(
    input: SyncInput & OpenedInput,
    requestedBy: string,
    { workflowId, ...sync }: SyncKindStart,
  ): Promise<Required<WorkflowTarget>> {
    const handle = await this.#onceThePreviousClosed(() =>
      this.#temporal.client.workflow.start(sync.workflowType, {
        workflowId,
        taskQueue: TASK_QUEUES.core,
        workflowIdConflictPolicy: 'FAIL',
        args: [input],
        typedSearchAttributes: runAttributes(input.connection, input.module, sync.kind),
        priority: priorityOf(sync.kind, input.connection),
        memo: { sessionId: input.sessionId, requestedBy },
        staticSummary: sync.summary,
        staticDetails: [...sync.details, ...describeRemoval(input.options)].join('\n'),
      }),
    );
    return { workflowId, firstExecutionRunId: handle.firstExecutionRunId };
  }

  async update(target: WorkflowTarget, name: SyncUpdate, command: CommandPayload, updateId: string): Promise<boolean> {
    const handle = this.#handle(target);
    const update = await this.#call(() =>
      handle.startUpdate(UPDATES[name], { args: [command], updateId, waitForStage: 'ACCEPTED' }),
    );
    try {
      await this.#temporal.connection.withDeadline(Date.now() + this.#effectMs, () => update.result());
      return true;
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return false;
      throw translate(error);
    }
  }

  async cancel(target: WorkflowTarget): Promise<void> {
    // Temporal accepts the cancellation of a workflow that has ended, and does nothing.
    const { status } = await this.describe(target);
    if (status !== 'RUNNING') throw new SyncWorkflowNotRunning(`Workflow ${target.workflowId} is ${status}.`);
    await this.#call(() => this.#handle(target).cancel());
  }

  async describe(target: WorkflowTarget): Promise<SyncExecution> {
    const { status, runId, historyLength } = await this.#call(() => this.#handle(target).describe());
    return { status: status.name, runId, historyLength };
  }

  async ping(): Promise<void> {
    const { connection, namespace } = this.#temporal;
    await this.#call(
      () => connection.workflowService.describeNamespace({ namespace }),
      Math.min(this.#callMs, MAX_PING_MS),
    );
  }

  #handle({ workflowId, firstExecutionRunId }: WorkflowTarget): WorkflowHandle {
    return this.#temporal.client.workflow.getHandle(
      workflowId,
      undefined,
      firstExecutionRunId === undefined ? {} : { firstExecutionRunId },
    );
  }

  /** A session shows its end a moment before its workflow closes; the start of the next one waits for that. */
  async #onceThePreviousClosed<T>(start: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#call(start);
      } catch (error) {
        if (!(error instanceof SyncWorkflowRunning) || attempt === CLOSING_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, CLOSING_PAUSE_MS));
      }
    }
  }

  async #call<T>(work: () => Promise<T>, limitMs = this.#callMs): Promise<T> {
    try {
      return await this.#temporal.connection.withDeadline(Date.now() + limitMs, work);
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
        await this.ping();
        throw new NoWorkerAnswered('No worker took the command in time.', { cause: error });
      }
      throw translate(error);
    }
  }
}
