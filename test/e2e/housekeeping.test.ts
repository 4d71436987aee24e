import assert from 'node:assert/strict';
import { makeDue } from '../../src/db/maintenance/housekeeping-tasks';
import { HOUSEKEEPING_WORKFLOW_ID } from '../../src/temporal/ids';
import { housekeep } from '../support/housekeeping';
import { poll } from '../support/poll';
import { useEngine } from '../support/use-engine';

describe('the housekeeping', function () {
  this.timeout(120_000);
  const engine = useEngine({ worker: { PULSE_PUBLIC_URL: 'https://pulse.example', ZOHO_TIMEOUT_MS: '60000' } });
  const handle = () => engine().temporal.client.workflow.getHandle(HOUSEKEEPING_WORKFLOW_ID);

  it('is on time for all others while Zoho never answers an organization', async () => {
    const [silent, other] = [await engine().org({ contacts: 5 }), await engine().org({ contacts: 5 })];
    for (const org of [silent, other]) await org.fullSync('Contacts');
    silent.zoho.addFault({ kind: 'latency', delayMs: 600_000 });

    await makeDue(engine().knex, 'renewChannels');
    await housekeep(engine(), 'renewChannels', other.connectionId);
    await housekeep(engine(), 'wakeIngestion');
    await housekeep(engine(), 'closeAbandonedRuns');

    const waiting = async () =>
      (await handle().describe()).raw.pendingActivities?.map((each) => each.activityType?.name);
    await poll(async () => (await waiting())?.includes('renewChannels'), { what: 'one organization is waited for' });
    silent.zoho.clearFaults();
  });

  it('goes on in another worker when that of a round was killed', async () => {
    const org = await engine().org({ contacts: 5 });
    await engine().worker.kill();
    await engine().worker.start();

    await housekeep(engine(), 'wakeIngestion');
    await housekeep(engine(), 'renewChannels', org.connectionId);

    assert.equal((await handle().describe()).status.name, 'RUNNING');
  });
});
