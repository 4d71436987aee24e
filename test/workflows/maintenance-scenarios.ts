import { HOUSEKEEPING_WORKFLOW_ID } from '../../src/temporal/ids';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import type { Engine } from '../support/engine';
import { housekeep } from '../support/housekeeping';

/** Scenarios of the housekeeping, which never ends. */
export const MAINTENANCE_SCENARIOS: Readonly<Record<string, (engine: Engine) => Promise<string>>> = {
  housekeeping: async (engine) => {
    const org = await engine.org({ contacts: 3 });
    await engine.temporal.client.workflow.start('housekeeping', {
      workflowId: HOUSEKEEPING_WORKFLOW_ID,
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      taskQueue: TASK_QUEUES.core,
      args: [{ rounds: 2 }],
    });
    for (let round = 0; round < 3; round += 1) await housekeep(engine, 'renewChannels', org.connectionId);
    return HOUSEKEEPING_WORKFLOW_ID;
  },
};
