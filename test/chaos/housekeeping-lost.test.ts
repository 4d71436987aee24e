import { HOUSEKEEPING_WORKFLOW_ID } from '../../src/temporal/ids';
import type { Engine } from '../support/engine';
import { poll } from '../support/poll';
import { useEngine } from '../support/use-engine';

/** Time in milliseconds within which the house is kept again, whatever became of who did it. */
const BACK_WITHIN_MS = 90_000;

/** Ways to lose the housekeeping. */
const LOSSES: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  'Temporal came back empty': async ({ temporalServer }) => {
    await temporalServer.wipe();
    await temporalServer.restart();
  },
  'somebody terminated it': async ({ temporal }) =>
    temporal.client.workflow.getHandle(HOUSEKEEPING_WORKFLOW_ID).terminate('by an operator'),
  'a task ended its worker': async ({ worker }) => {
    await worker.kill();
    await worker.start();
  },
};

describe('the housekeeping', function () {
  this.timeout(180_000);
  before(function () {
    if (process.env['PULSE_NIGHTLY']) return;
    console.log('      Not lost: each loss takes a minute, so npm run test:nightly tries them.');
    this.skip();
  });
  const engine = useEngine({ ownTemporal: true });

  for (const [loss, lose] of Object.entries(LOSSES)) {
    it(`is back within 90 seconds when ${loss}`, async () => {
      const began = async () =>
        (
          await engine().query<{ at: Date }>(
            `select max(started_at) as at from sync.housekeeping_tasks where name = 'wakeIngestion'`,
          )
        )[0]?.at;
      await poll(async () => (await began()) instanceof Date, { what: 'the house is kept' });

      await lose(engine());
      const lost = Date.now();

      await poll(
        // What was begun before it was lost may end a moment later.
        async () => ((await began())?.getTime() ?? 0) > lost + 1_000,
        { what: 'the house is kept again', timeoutMs: BACK_WITHIN_MS, pauseMs: 500 },
      );
    });
  }
});
