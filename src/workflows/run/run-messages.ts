import { CancellationScope, log, patched, workflowInfo } from '@temporalio/workflow';
import { readCommand, type MessageSource, type OperatorCommand } from '../../domain/runs/operator-command';
import type { RunRef } from '../../domain/runs/run';
import { auditMessage } from '../activity-proxies';

/** Runs that began before this patch left no trace of signals in the audit log. */
const SIGNALS_AUDITED = 'signals-are-audited';
/** Audited messages of one execution: more would fill its history. Later ones are logged only. */
const MAX_AUDITED = 100;

/**
 * Messages to a run. Whatever they carry is read by one parser, and those that our API did not send, which has an audit
 * entry of its own, are written into the audit log.
 */
export class RunMessages {
  readonly #run: RunRef;
  #audited = 0;

  constructor(run: RunRef) {
    this.#run = run;
  }

  /** Obeys an update. */
  async update<T>(name: string, payload: unknown, obey: (command: OperatorCommand) => Promise<T>): Promise<T> {
    const command = this.#read('update', name, payload);
    if (!command.isSigned) this.#audit('update', name, 'succeeded', command);
    return obey(command);
  }

  /**
   * Obeys a signal, which has no answer: its failure, such as the cancellation of the run meanwhile, must not end the
   * run.
   */
  async signal(name: string, payload: unknown, obey: (command: OperatorCommand) => Promise<unknown>): Promise<void> {
    const command = this.#read('signal', name, payload);
    this.#audit('signal', name, 'succeeded', command);
    try {
      await obey(command);
    } catch (error) {
      log.warn('A signal had no effect.', { signal: name, error });
    }
  }

  /** Notes a signal that does not fit the state of the run, or lacks what it needs. */
  refuse(name: string, payload: unknown): void {
    log.warn('A signal was refused.', { signal: name });
    this.#audit('signal', name, 'refused', readCommand('signal', payload));
  }

  #read(source: MessageSource, name: string, payload: unknown): OperatorCommand {
    const command = readCommand(source, payload);
    if (command.ignored.length > 0)
      log.warn('Parts of a message are ignored.', { source, name, ignored: command.ignored });
    return command;
  }

  #audit(source: MessageSource, name: string, outcome: string, { reason, ignored }: OperatorCommand): void {
    if (this.#audited >= MAX_AUDITED || !patched(SIGNALS_AUDITED)) return;
    this.#audited += 1;
    const message = {
      run: this.#run,
      name,
      outcome,
      delivery: `${workflowInfo().runId}/${this.#audited}`,
      details: { source, ...(reason !== undefined && { reason }), ...(ignored.length > 0 && { ignored }) },
    };
    void CancellationScope.nonCancellable(() => auditMessage(message)).catch((error: unknown) => {
      log.warn('A message is missing in the audit log.', { name, error });
    });
  }
}
