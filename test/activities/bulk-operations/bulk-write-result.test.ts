import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { awaitBulkWrite, collectBulkWriteResult } from '../../../src/activities/bulk-operations/bulk-write-result';
import { planBulkWrite } from '../../../src/activities/bulk-operations/plan-bulk-write';
import { submitBulkWriteJob, uploadBulkWriteFile } from '../../../src/activities/bulk-operations/submit-bulk-write';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { poll } from '../../support/poll';
import { keepBulkWrite } from '../../support/start-operation';
import { startZohoFront, type ZohoFront } from '../../support/zoho-front';
import { someOrganization, useActivities } from '../support';

const HEADER = 'Last_Name,STATUS,RECORD_ID,ERRORS';
const NAMES = ['First', 'Second', 'Third', 'Fourth'];

/** A job's document as the tests change it. */
interface JobDocument {
  status: string;
  resource: { status: string; code: string; file: Record<string, unknown> }[];
  result?: object;
}

describe('the outcomes of a file', () => {
  const activities = useActivities({ contacts: 5 });
  let front: ZohoFront;
  let changeJob: (job: JobDocument) => JobDocument = (job) => job;
  let result: Record<string, string[]> | undefined;
  before(async () => {
    front = await startZohoFront(activities.simulator.url, async ({ method, path }, ask) => {
      if (method !== 'GET') return undefined;
      if (path.endsWith('.zip') && result) return { body: await zipped(result) };
      if (!/\/bulk\/v8\/write\/\d+$/.test(path)) return undefined;
      const text = (await ask()).toString('utf8').replaceAll(activities.simulator.url, front.url);
      const job = JSON.parse(text) as JobDocument;
      return { body: job.status === 'COMPLETED' ? changeJob(job) : job };
    });
  });
  beforeEach(() => {
    changeJob = (job) => job;
    result = undefined;
  });
  after(() => front.close());

  async function outcomes(): Promise<[status: string, recordId: string | null, code: string | undefined][]> {
    const { id: connectionId } = await someOrganization(activities.knex, front.url);
    const records = NAMES.map((name) => ({ Last_Name: name }));
    const operations = [{ operation: 'insert', module: 'Contacts', records }];
    const operationId = await keepBulkWrite(activities.knex, connectionId, operations);
    const target = { connectionId, operationId, file: 1 };
    await activities.run(() => planBulkWrite(activities.deps, target));
    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    await activities.run(() => submitBulkWriteJob(activities.deps, target));
    const isOver = () =>
      activities
        .run(() => awaitBulkWrite(activities.deps, target))
        .then(
          () => true,
          () => false,
        );
    await poll(isOver, { what: 'the job has ended' });
    await activities.run(() => collectBulkWriteResult(activities.deps, target));
    const items = await listItems(activities.knex, operationId, {}, { limit: 10 });
    return items.map(({ status, recordId, errors }) => [status, recordId, errors?.[0]?.code]);
  }

  it('stay with their rows where the result lacks a line', async () => {
    result = {
      'Contacts-Contacts-1.csv': ['First,ADDED,11,', 'Third,SKIPPED,,INVALID_DATA-Email', 'Fourth,ADDED,14,'],
    };

    assert.deepEqual(await outcomes(), [
      ['added', '11', undefined],
      ['unknown', null, 'NOT_IN_RESULT'],
      ['skipped', null, 'INVALID_DATA'],
      ['added', '14', undefined],
    ]);
  });

  it('stay with their rows where the result has them in another order, or other files beside it', async () => {
    result = {
      'Contacts-another.csv': ['First,ADDED,91,'],
      'Contacts-Contacts-1.csv': ['Fourth,ADDED,14,', 'Second,ADDED,12,', 'First,ADDED,11,', 'Third,ADDED,13,'],
    };

    assert.deepEqual(
      (await outcomes()).map(([, id]) => id),
      ['11', '12', '13', '14'],
    );
  });

  it('go by line where Zoho writes values in its own way, and every row has a line', async () => {
    result = { 'Contacts-Contacts-1.csv': ['FIRST,ADDED,11,', '2nd,ADDED,12,', ',ADDED,13,', 'Fourth,ADDED,14,'] };

    assert.deepEqual(
      (await outcomes()).map(([, id]) => id),
      ['11', '12', '13', '14'],
    );
  });

  it('are unknown where lines can belong to several rows', async () => {
    result = { 'Contacts-Contacts-1.csv': ['First,ADDED,11,', ',ADDED,12,', ',ADDED,14,'] };

    assert.deepEqual(await outcomes(), [
      ['added', '11', undefined],
      ['unknown', null, 'RESULT_NOT_MATCHED'],
      ['unknown', null, 'RESULT_NOT_MATCHED'],
      ['unknown', null, 'RESULT_NOT_MATCHED'],
    ]);
  });

  for (const level of ['resource', 'file'] as const) {
    for (const state of ['FAILED', 'SKIPPED']) {
      it(`are failures with Zoho's reason where the ${level} is ${state} inside a job that is COMPLETED`, async () => {
        changeJob = ({ resource: [first], ...job }) => {
          const { file = {}, ...rest } = first ?? {};
          const code = 'MANDATORY_FIELDS_NOT_MAPPED';
          const counts = { added_count: 0, updated_count: 0 };
          const changed =
            level === 'file'
              ? { ...rest, status: 'COMPLETED', code, file: { ...file, ...counts, status: state } }
              : { ...rest, status: state, code, file: { ...file, ...counts } };
          const { result: _result, ...without } = job;
          return { ...without, resource: [changed] };
        };

        assert.deepEqual(
          new Set((await outcomes()).map(([status, , code]) => `${status} ${code}`)),
          new Set(['failed MANDATORY_FIELDS_NOT_MAPPED']),
        );
      });
    }
  }

  it('are unknown, not failures, where Zoho counts rows of a failed job as written and names none', async () => {
    changeJob = ({ result: _result, ...job }) => ({ ...job, status: 'FAILED' });

    assert.deepEqual(new Set((await outcomes()).map(([status]) => status)), new Set(['unknown']));
  });
});

async function zipped(files: Record<string, string[]>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, lines] of Object.entries(files)) zip.addBuffer(Buffer.from([HEADER, ...lines].join('\n')), name);
  zip.end();
  return buffer(zip.outputStream);
}
