import { continueAsNew } from '@temporalio/workflow';
import type { TaskOfConnection } from '../../domain/maintenance/housekeeping-tasks';
import type { HousekeepingInput } from '../../temporal/contract/housekeeping';
import { refreshMetadata, renewChannels, runDueTasks } from '../activity-proxies';

/** Rounds after which the workflow continues as new. */
const ROUNDS = 100;

/** Tasks that ask Zoho. Unknown names come from workers of a later version, and are theirs. */
const ASKING: Readonly<Record<string, ((task: TaskOfConnection) => Promise<unknown>) | undefined>> = {
  refreshMetadata,
  renewChannels,
};

/**
 * Keeps the house for ever: lets be done what is due, and starts what asks Zoho without waiting for it, so an
 * organization that does not answer holds up nobody. All that it knows is in tables, so it may be replaced at any time.
 */
export async function housekeeping({ rounds = ROUNDS }: HousekeepingInput = {}): Promise<void> {
  const atWork = new Set<string>();
  const begin = (due: TaskOfConnection): void => {
    const key = `${due.task} ${due.connectionId}`;
    const ask = ASKING[due.task];
    if (!ask || atWork.has(key)) return;
    atWork.add(key);
    void ask(due)
      .catch(() => undefined)
      .finally(() => atWork.delete(key));
  };
  for (let round = 1; ; round += 1) {
    for (const due of await runDueTasks()) begin(due);
    // What is at work would be cut short: it may end first, within reason.
    if (round >= rounds && (atWork.size === 0 || round >= 2 * rounds)) break;
  }
  await continueAsNew<typeof housekeeping>({ rounds });
}
