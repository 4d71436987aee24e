import assert from 'node:assert/strict';
import {
  createMassUpdateJob,
  getMassUpdateJob,
  massUpdateRecords,
  type MassUpdateJob,
} from '../../../src/zoho/bulk/mass-update';
import { countRecords } from '../../../src/zoho/records/count-records';
import { failureOf } from '../support/failures';
import { type SimulatorBench, startSimulatorBench } from './bench';

const ALL_DEALS = '5500000103600000000';

describe('mass update of the client against the simulator', () => {
  let bench: SimulatorBench;
  before(async () => {
    bench = await startSimulatorBench({ deals: 300, bulkJobMs: 1 });
  });
  after(() => bench.stop());

  async function finished(jobId: string): Promise<MassUpdateJob> {
    for (;;) {
      const job = await getMassUpdateJob(bench.transport, 'Deals', jobId);
      if (job.state === 'COMPLETED' || job.state === 'FAILED') return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('writes onto ids, with an outcome at the place of each', async () => {
    const [first, second] = ['5500000103100001001', '5500000103100001004'];

    const outcomes = await massUpdateRecords(bench.transport, 'Deals', {
      ids: [first, '5500000103999999999', second],
      values: { Next_Step: 'By ids' },
    });

    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'success' ? outcome.id : outcome.category)),
      [first, 'not_found', second],
    );
  });

  it('writes onto a view as a job that counts its records', async () => {
    const values = { Next_Step: 'By view' };

    const { jobId } = await createMassUpdateJob(bench.transport, 'Deals', { customView: ALL_DEALS, values });
    const job = await finished(jobId);

    assert.deepEqual([job.state, job.totalCount, job.updatedCount, job.failedCount], ['COMPLETED', 300, 300, 0]);
    const { count } = await countRecords(bench.transport, 'Deals', { criteria: '(Next_Step:equals:By view)' });
    assert.equal(count, 300);
  });

  it('is refused while another job of the view runs, and may be tried again', async () => {
    bench.simulator.control.moveClock({ freeze: true });
    const update = { customView: ALL_DEALS, values: { Next_Step: 'Twice' } };
    const { jobId } = await createMassUpdateJob(bench.transport, 'Deals', update);

    const refused = await failureOf(createMassUpdateJob(bench.transport, 'Deals', update));
    bench.simulator.control.moveClock({ resume: true });
    await finished(jobId);
    const { jobId: next } = await createMassUpdateJob(bench.transport, 'Deals', update);

    assert.deepEqual([refused.category, refused.retryable], ['rate_limited', true]);
    assert.equal((await finished(next)).state, 'COMPLETED');
  });
});
