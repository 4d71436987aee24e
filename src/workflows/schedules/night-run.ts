import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  ParentClosePolicy,
  rootCause,
  setHandler,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import type { RunStatus } from '../../domain/runs/enums';
import type { OperatorCommand } from '../../domain/runs/operator-command';
import { sessionRun } from '../../domain/runs/run';
import { statusOf, type RunHolds } from '../../domain/runs/run-holds';
import type { NightlyInput, NightLine, NightModule, NightPlan, NightResult } from '../../temporal/contract/nightly';
import type { SkippedRun } from '../../temporal/contract/open-session';
import {
  pauseSignal,
  pauseUpdate,
  resumeSignal,
  resumeUpdate,
  type FullSyncInput,
  type IncrementalSyncInput,
  type OpenedInput,
  type SyncResult,
} from '../../temporal/contract/sync-messages';
import { SyncConnection, SyncKind, SyncModule, SyncStatus } from '../../temporal/search-attributes';
import type { fullSync } from '../pull/full-sync';
import type { incrementalSync } from '../pull/incremental-sync';
import { endRun } from '../run/end-run';
import { RunMessages } from '../run/run-messages';
import { RunRecorder } from '../run/run-recorder';

type ModuleSync = typeof fullSync | typeof incrementalSync;

const SKIPPED: Readonly<Record<SkippedRun['reason'], string>> = {
  track_taken: 'A sync of the module is at work.',
  never_synced: 'No full sync of the module has completed yet.',
  connection_unusable: 'The organization must be connected again.',
  night_begun: 'The night has begun already.',
};

/** A night's session, its commands, and the syncs of its modules, which are paused and cancelled with it. */
export class NightRun {
  readonly #input: NightlyInput & OpenedInput;
  readonly #session: RunRecorder;
  readonly #holds: RunHolds = { pause: null };
  readonly #atWork = new Map<string, ChildWorkflowHandle<ModuleSync>>();
  /** Cancelled when Temporal cancels the workflow. */
  readonly #root = CancellationScope.current();

  constructor(input: NightlyInput & OpenedInput) {
    this.#input = input;
    const run = sessionRun(input.sessionId);
    this.#session = new RunRecorder(run, `Nightly sync of ${input.connection}`);
    const messages = new RunMessages(run);
    const pause = (command: OperatorCommand) => this.#pause(command);
    const resume = (command: OperatorCommand) => this.#resume(command);
    setHandler(pauseUpdate, (payload) => messages.update('pause', payload, pause));
    setHandler(resumeUpdate, (payload) => messages.update('resume', payload, resume));
    setHandler(pauseSignal, (payload) => messages.signal('pause', payload, pause));
    setHandler(resumeSignal, (payload) => messages.signal('resume', payload, resume));
  }

  get isPaused(): boolean {
    return this.#holds.pause !== null;
  }

  /** Result of the night's work; its session ends as the workflow does. @throws ApplicationFailure; cancellations pass */
  async complete<T>(work: () => Promise<T>): Promise<T> {
    return endRun(work, {
      otherwise: 'The night failed.',
      cancelled: () => this.#session.record({ status: 'cancelled', phase: 'cancelled' }, 'Cancelled.'),
      failed: (failure) => this.#session.fail(failure),
      passesThrough: () => false,
    });
  }

  /** Records that the night is at work. */
  async begin(): Promise<void> {
    const { firstExecutionRunId, workflowId } = workflowInfo();
    const begun = { ...statusOf(this.#holds), phase: 'planning', workflowId, firstExecutionRunId };
    await this.#session.record(begun, 'Planning the night.');
  }

  /** Records what the night does. */
  async announce({ modules, postponed, parallelism }: NightPlan): Promise<void> {
    const names = modules.map(({ module, work }) => `${module} (${work.sync})`).join(', ');
    const what = modules.length === 0 ? 'There is nothing to sync.' : `Syncing ${names}, ${parallelism} at a time.`;
    await this.#session.record({ phase: 'syncing' }, what);
    for (const { module, reason } of postponed) this.#session.warn(`${module} waits for the next night. ${reason}`);
  }

  /** Syncs a module to its end, whatever that is. @throws CancelledFailure when the night is cancelled */
  async sync(module: NightModule): Promise<NightLine> {
    const line = { module: module.module, key: module.key, ...(await this.#outcomeOf(module)) };
    const said = `${module.module}: ${line.outcome}.${line.reason === null ? '' : ` ${line.reason}`}`;
    if (line.outcome === 'failed') this.#session.warn(said);
    else this.#session.note({}, said);
    return line;
  }

  /** Records the summary of a night that fails all the same. */
  async keepResult(result: NightResult): Promise<void> {
    await this.#session.record({ result });
  }

  /** Ends the session as completed, with a warning if a module was not synced. */
  async finish(result: NightResult): Promise<void> {
    const { modules, credits } = result;
    const left = modules.filter(({ outcome }) => ['failed', 'cancelled', 'postponed'].includes(outcome));
    const not = left.length === 0 ? '' : ` Not synced: ${left.map(({ module }) => module).join(', ')}.`;
    await this.#session.record(
      { status: 'completed', phase: 'completed', result },
      `The night has ended: ${modules.length - left.length} of ${counted(modules.length, 'module')}, ${counted(credits, 'credit')}.${not}`,
      left.length === 0 ? 'INFO' : 'WARNING',
    );
  }

  async #outcomeOf(module: NightModule): Promise<Pick<NightLine, 'outcome' | 'reason'>> {
    try {
      const child = await this.#start(module);
      this.#atWork.set(module.key, child);
      // It may have been paused between the look and the start.
      if (this.#holds.pause !== null) await child.signal(pauseSignal, { reason: this.#holds.pause });
      return outcomeOf(await child.result());
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError)
        return { outcome: 'joined', reason: SKIPPED.track_taken };
      if (isCancellation(error)) {
        if (this.#root.consideredCancelled) throw error;
        return { outcome: 'cancelled', reason: 'Somebody cancelled it.' };
      }
      return { outcome: 'failed', reason: rootCause(error) ?? 'It failed without a word.' };
    } finally {
      this.#atWork.delete(module.key);
    }
  }

  async #start({
    module,
    key,
    configurationId,
    workflowId,
    work,
  }: NightModule): Promise<ChildWorkflowHandle<ModuleSync>> {
    const { connectionId, connection, sessionId: parentSessionId } = this.#input;
    const kind = work.sync === 'full' ? 'full_sync' : 'incremental_sync';
    const input: FullSyncInput & IncrementalSyncInput = {
      connectionId,
      connection,
      module,
      ...(key !== module && { key }),
      trigger: 'nightly',
      configurationId,
      parentSessionId,
      options:
        work.sync === 'full'
          ? { compare: work.compare }
          : { ...(work.lookBackHours && { lookBackHours: work.lookBackHours }) },
    };
    return startChild<ModuleSync>(work.sync === 'full' ? 'fullSync' : 'incrementalSync', {
      workflowId,
      args: [input],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      typedSearchAttributes: [
        { key: SyncConnection, value: connection },
        { key: SyncModule, value: module },
        { key: SyncKind, value: kind },
        { key: SyncStatus, value: 'initiated' },
      ],
      staticSummary: `${work.sync === 'full' ? 'Full' : 'Incremental'} sync of ${module} (${connection}), by night`,
    });
  }

  async #pause({ by, reason = 'paused by an operator' }: OperatorCommand): Promise<RunStatus> {
    if (this.#holds.pause === null) {
      this.#holds.pause = reason;
      await this.#notify(pauseSignal, reason);
      await this.#session.record(statusOf(this.#holds), `Paused by ${by}: ${reason}`);
    }
    return this.#session.status;
  }

  async #resume({ by }: OperatorCommand): Promise<RunStatus> {
    if (this.#holds.pause !== null) {
      this.#holds.pause = null;
      await this.#notify(resumeSignal, `resumed by ${by}`);
      await this.#session.record(statusOf(this.#holds), `Resumed by ${by}.`);
    }
    return this.#session.status;
  }

  /** A sync that ends meanwhile needs no message. */
  async #notify(signal: typeof pauseSignal, reason: string): Promise<void> {
    await Promise.allSettled([...this.#atWork.values()].map((child) => child.signal(signal, { reason })));
  }
}

function outcomeOf(result: SyncResult | SkippedRun): Pick<NightLine, 'outcome' | 'reason'> {
  if (result.status !== 'skipped') return { outcome: 'completed', reason: null };
  const { reason } = result;
  return { outcome: reason === 'track_taken' ? 'joined' : 'skipped', reason: SKIPPED[reason] };
}
