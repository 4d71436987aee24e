import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { RunStatus } from '../../../../src/domain/runs/enums';
import {
  approveSweepUpdate,
  pauseUpdate,
  resumeUpdate,
  type CommandPayload,
} from '../../../../src/temporal/contract/sync-messages';

/** Stands in for the full sync where only its commands matter: it runs until it is cancelled. */
export async function fullSync(): Promise<void> {
  setHandler(pauseUpdate, async ({ reason }: CommandPayload): Promise<RunStatus> => {
    await condition(() => reason !== 'never takes effect');
    return 'paused';
  });
  setHandler(resumeUpdate, (_command: CommandPayload): RunStatus => 'in_progress');
  setHandler(approveSweepUpdate, (_command: CommandPayload): RunStatus => 'in_progress', {
    validator: (_command: CommandPayload) => {
      throw ApplicationFailure.nonRetryable('No sweep waits for an approval.');
    },
  });
  await condition(() => false);
}
