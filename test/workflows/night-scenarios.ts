import { nightlyWorkflowId } from '../../src/temporal/ids';
import type { Engine } from '../support/engine';
import { configure, partsOf, startNight } from '../support/nights';

/** Scenarios of nights. Each brings one to its end and names its workflow. */
export const NIGHT_SCENARIOS: Readonly<Record<string, (engine: Engine) => Promise<string>>> = {
  'night-completed': async (engine) => {
    const org = await engine.org({ contacts: 30, deals: 5 });
    await configure(org, 'Contacts');
    await configure(org, 'Accounts');
    await configure(org, 'Nowhere');
    await org.waitFor(await startNight(org), 'completed');
    return nightlyWorkflowId(org.name);
  },
  'night-paused-and-cancelled': async (engine) => {
    const org = await engine.org({ contacts: 450 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 5_000 });
    await configure(org, 'Contacts');
    const workflowId = nightlyWorkflowId(org.name);
    const night = await startNight(org);
    await org.until(night, 'has begun a sync', async () => (await partsOf(org, night)).length > 0);
    await engine.commands.update({ workflowId }, 'pause', { by: 'tester' }, 'pause');
    await engine.commands.update({ workflowId }, 'resume', { by: 'tester' }, 'resume');
    await engine.commands.cancel({ workflowId });
    await org.waitFor(night, 'cancelled');
    return workflowId;
  },
};
