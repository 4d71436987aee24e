import { condition, setHandler } from '@temporalio/workflow';
import { AWAITING_APPROVAL } from '../../domain/runs/run-actions';
import {
  approveSweepSignal,
  approveSweepUpdate,
  type OperatorCommand,
  type RemovalOptions,
} from '../../temporal/contract/sync-messages';
import type { RunRecorder } from '../run/run-recorder';

/** Mass-delete guard of a run: many deletes at once await a person's approval, which holds for the whole run. */
export class SweepApproval {
  isGiven: boolean;
  /** Reason for which the run is waiting, if it is. */
  waitingFor: string | null = null;
  /** Share of the mirror, in per cent, that may be deleted without approval; the default without it. */
  readonly percent: number | undefined;
  #by = 'the request itself';
  readonly #session: RunRecorder;
  readonly #module: string;

  constructor(session: RunRecorder, module: string, { allowMassDelete, massDeletePercent }: RemovalOptions) {
    this.#session = session;
    this.#module = module;
    this.isGiven = allowMassDelete ?? false;
    this.percent = massDeletePercent;
    const approve = async (command?: OperatorCommand) => {
      this.isGiven = true;
      this.#by = command?.by ?? 'the Temporal UI';
      await condition(() => this.waitingFor === null);
      return this.#session.status;
    };
    setHandler(approveSweepUpdate, (command: OperatorCommand) => approve(command), {
      validator: (_command: OperatorCommand) => {
        if (this.waitingFor === null) throw new Error('No sweep is waiting for approval.');
      },
    });
    setHandler(approveSweepSignal, async (command) => void (await approve(command)));
  }

  /** Pauses the run until the removal is approved. */
  async wait(candidates: number, mirrorRows: number): Promise<void> {
    this.waitingFor = `Zoho no longer returns ${candidates} of the ${mirrorRows} rows in the mirror of ${this.#module}. Approve the sweep to remove them, or cancel the session.`;
    const { phase } = this.#session;
    await this.#session.record(
      { status: 'paused', phase: AWAITING_APPROVAL, pauseReason: this.waitingFor },
      this.waitingFor,
      'WARNING',
    );
    await condition(() => this.isGiven);
    await this.#session.record(
      { status: 'in_progress', phase, pauseReason: null },
      `The sweep was approved by ${this.#by}.`,
    );
    this.waitingFor = null;
  }
}
