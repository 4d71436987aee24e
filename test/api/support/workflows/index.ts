import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { RunStatus } from '../../../../src/domain/runs/enums';
import { pauseUpdate, resumeUpdate, type CommandPayload } from '../../../../src/temporal/contract/sync-messages';

/** Stands in for the full sync where only its commands matter: it runs until it is cancelled. */
export async function fullSync(): Promise<void> {
  const pause = async ({ reason }: CommandPayload): Promise<RunStatus> => {
    await condition(() => reason !== 'never takes effect');
    return 'paused';
  };
  setHandler(pauseUpdate, pause, {
    validator: ({ reason }: CommandPayload) => {
      if (reason === 'is refused') throw ApplicationFailure.nonRetryable('It cannot be paused now.');
    },
  });
  setHandler(resumeUpdate, (_command: CommandPayload): RunStatus => 'in_progress');
  await condition(() => false);
}
