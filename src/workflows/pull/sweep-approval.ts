import { condition, patched, setHandler } from '@temporalio/workflow';
import type { RunStatus } from '../../domain/runs/enums';
import type { OperatorCommand } from '../../domain/runs/operator-command';
import { AWAITING_APPROVAL } from '../../domain/runs/run-actions';
import { statusOf, type RunHolds } from '../../domain/runs/run-holds';
import { approveSweepSignal, approveSweepUpdate, type RemovalOptions } from '../../temporal/contract/sync-messages';
import type { RunMessages } from '../run/run-messages';
import type { RunRecorder } from '../run/run-recorder';

/** Runs that began before this patch took a signal that came before anything waited as an approval in advance. */
const ONLY_WHAT_WAITS = 'approval-of-what-waits';

/** Mass-delete guard of a run: many deletes at once await a person's approval, which holds for the whole run. */
export class SweepApproval {
  isGiven: boolean;
  /** Share of the mirror, in per cent, that may be deleted without approval; the default without it. */
  readonly percent: number | undefined;
  #by = 'the request itself';
  readonly #session: RunRecorder;
  readonly #holds: RunHolds;
  readonly #module: string;

  constructor(
    session: RunRecorder,
    messages: RunMessages,
    holds: RunHolds,
    module: string,
    { allowMassDelete, massDeletePercent }: RemovalOptions,
  ) {
    this.#session = session;
    this.#holds = holds;
    this.#module = module;
    this.isGiven = allowMassDelete ?? false;
    this.percent = massDeletePercent;
    const approve = (command: OperatorCommand) => this.#approve(command);
    setHandler(approveSweepUpdate, (payload) => messages.update('approveSweep', payload, approve), {
      validator: (_payload: unknown) => {
        if (this.waitingFor === null) throw new Error('No sweep is waiting for approval.');
      },
    });
    setHandler(approveSweepSignal, async (payload) => {
      if (this.waitingFor === null && patched(ONLY_WHAT_WAITS)) messages.refuse('approveSweep', payload);
      else await messages.signal('approveSweep', payload, approve);
    });
  }

  /** Reason for which the run is waiting, if it is. */
  get waitingFor(): string | null {
    return this.#holds.approval;
  }

  /** Holds the run until the removal is approved. */
  async wait(candidates: number, mirrorRows: number): Promise<void> {
    const waitingFor = `Zoho no longer returns ${candidates} of the ${mirrorRows} rows in the mirror of ${this.#module}. Approve the sweep to remove them, or cancel the session.`;
    const { phase } = this.#session;
    this.#holds.approval = waitingFor;
    await this.#session.record({ ...statusOf(this.#holds), phase: AWAITING_APPROVAL }, waitingFor, 'WARNING');
    await condition(() => this.isGiven);
    // Whoever paused the run meanwhile still holds it.
    const held = { ...this.#holds, approval: null };
    await this.#session.record({ ...statusOf(held), phase }, `The sweep was approved by ${this.#by}.`);
    this.#holds.approval = null;
  }

  async #approve({ by }: OperatorCommand): Promise<RunStatus> {
    this.isGiven = true;
    this.#by = by;
    await condition(() => this.waitingFor === null);
    return this.#session.status;
  }
}
