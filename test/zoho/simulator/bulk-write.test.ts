import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type BulkWriteJob,
  type BulkWriteJobQuery,
  createBulkWriteJob,
  downloadBulkWriteResult,
  getBulkWriteJob,
  uploadBulkFile,
} from '../../../src/zoho/bulk/bulk-write';
import { writeBulkFile } from '../../../src/zoho/bulk/bulk-write-file';
import { type BulkWriteRow, parseBulkWriteResult } from '../../../src/zoho/bulk/bulk-write-result';
import { getOrg } from '../../../src/zoho/metadata/org';
import { getRecord } from '../../../src/zoho/records/get-record';
import { type Receiver, startReceiver } from '../../simulator/receiver';
import { type SimulatorBench, startSimulatorBench } from './bench';

type Cells = readonly (string | null)[];

const INSERT = { operation: 'insert', ignoreEmpty: false } as const;

describe('bulk write of the client against the simulator', () => {
  let bench: SimulatorBench;
  let receiver: Receiver;
  let folder: string;
  let zgid: string;

  before(async () => {
    [bench, receiver] = await Promise.all([startSimulatorBench({ deals: 20 }), startReceiver()]);
    folder = await mkdtemp(path.join(tmpdir(), 'bulk-write-'));
    zgid = (await getOrg(bench.transport)).zgid ?? assert.fail('no number');
  });
  after(async () => {
    await Promise.all([bench.stop(), receiver.close()]);
    await rm(folder, { recursive: true });
  });

  /** From rows to the outcome of each of them. */
  async function run(
    columns: readonly string[],
    rows: Iterable<Cells>,
    query: Omit<BulkWriteJobQuery, 'fileId' | 'fileName'>,
  ): Promise<{ job: BulkWriteJob; rows: BulkWriteRow[] }> {
    const { transport } = bench;
    const file = path.join(folder, 'upload.zip');
    await writeBulkFile(file, { fileName: 'rows.csv', columns, rows });
    const { fileId } = await uploadBulkFile(transport, { file, zgid });
    const { jobId } = await createBulkWriteJob(transport, { ...query, fileId, fileName: 'rows.csv' });
    const job = await finished(jobId);
    const result = path.join(folder, 'result.zip');
    await downloadBulkWriteResult(transport, job.downloadUrl ?? assert.fail('no result'), result);
    const outcomes: BulkWriteRow[] = [];
    for await (const row of parseBulkWriteResult(result)) outcomes.push(row);
    return { job, rows: outcomes };
  }

  async function finished(jobId: string): Promise<BulkWriteJob> {
    for (;;) {
      const job = await getBulkWriteJob(bench.transport, jobId);
      if (job.state === 'COMPLETED' || job.state === 'FAILED') return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('inserts 25,000 rows and gives the record of each', async () => {
    const rows = Array.from({ length: 25_000 }, (_, k) => [`Company ${k}`]);

    const { job, rows: outcomes } = await run(['Account_Name'], rows, { ...INSERT, module: 'Accounts' });

    assert.deepEqual([job.state, job.files[0]?.addedCount, job.files[0]?.skippedCount], ['COMPLETED', 25_000, 0]);
    assert.equal(new Set(outcomes.map(({ recordId }) => recordId)).size, 25_000);
    const last = await getRecord(bench.transport, 'Accounts', outcomes.at(-1)?.recordId ?? '');
    assert.match(last?.body.toString() ?? '', /"Account_Name":"Company 24999"/);
  });

  it('updates by id, clears or keeps what is empty, and says which rows failed', async () => {
    const added = await run(['Deal_Name', 'Stage', 'Next_Step'], [['Bulk', 'Qualification', 'Call']], {
      ...INSERT,
      module: 'Deals',
    });
    const id = added.rows[0]?.recordId ?? assert.fail('no record');
    const cells: Cells[] = [
      [id, null],
      ['5500000103999999999', 'Nobody'],
    ];
    const update = { operation: 'update', module: 'Deals', findBy: 'id' } as const;

    const kept = await run(['id', 'Next_Step'], cells, { ...update, ignoreEmpty: true });
    const stored = (await getRecord(bench.transport, 'Deals', id))?.body.toString();
    await run(['id', 'Next_Step'], cells, { ...update, ignoreEmpty: false });
    const cleared = (await getRecord(bench.transport, 'Deals', id))?.body.toString();

    assert.deepEqual(
      kept.rows.map(({ status, errors }) => [status, errors.map(({ category }) => category)]),
      [
        ['UPDATED', []],
        ['SKIPPED', ['not_found']],
      ],
    );
    assert.match(stored ?? '', /"Next_Step":"Call"/);
    assert.match(cleared ?? '', /"Next_Step":null/);
  });

  it('calls back when the job is over', async () => {
    const { job } = await run(['Account_Name'], [['Called back']], {
      operation: 'upsert',
      module: 'Accounts',
      findBy: 'Account_Name',
      ignoreEmpty: false,
      callbackUrl: receiver.url,
    });

    const [callback] = await receiver.wait(1);

    assert.deepEqual([callback?.['id'], callback?.['status']], [job.jobId, 'COMPLETED']);
  });
});
