import assert from 'node:assert/strict';
import { JsonNumber } from '../../../src/zoho/http/exact-json';
import type { WriteOutcome } from '../../../src/zoho/records/write-outcome';
import {
  deleteRecords,
  insertRecords,
  type RecordInput,
  updateRecords,
  upsertRecords,
} from '../../../src/zoho/records/write-records';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const ID = '5500000000376008';
const OTHER_ID = '5500000000376009';
const TIME = '2026-01-28T13:00:05+05:30';
const USER = { name: 'A B', id: '5500000000225013' };

const done = (id: string, rest: object = {}) => ({
  code: 'SUCCESS',
  details: { id, Created_Time: TIME, Modified_Time: TIME, Created_By: USER, Modified_By: USER },
  message: 'record added',
  status: 'success',
  ...rest,
});
const refused = (code: string, details: object = {}) => ({ code, details, message: 'Roe is wrong', status: 'error' });
const records = (count: number): RecordInput[] =>
  Array.from({ length: count }, (_, place) => ({ id: `55000000003760${place}`, Last_Name: 'Roe' }));

function codes(outcomes: readonly WriteOutcome[]): string[] {
  return outcomes.map((outcome) => (outcome.status === 'success' ? outcome.action : outcome.code));
}

describe('record writes', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const insert = (inputs: readonly RecordInput[]) => insertRecords(bench.transport, 'Leads', inputs);

  describe('send', () => {
    it('an insert as POST, with money to the last digit, null kept and absent keys left out', async () => {
      bench.zoho.answer(201, { data: [done(ID)] });
      await insert([
        { Last_Name: 'Roe', Amount: new JsonNumber('12345678901234567.89'), Email: null, Phone: undefined },
      ]);
      const { method, url, body, headers } = bench.zoho.last;
      assert.deepEqual([method, url.pathname, headers['content-type']], ['POST', '/crm/v8/Leads', 'application/json']);
      assert.equal(body, '{"data":[{"Last_Name":"Roe","Amount":12345678901234567.89,"Email":null}]}');
    });

    it('an update as PUT, with the automations and features that are asked for', async () => {
      bench.zoho.answer(200, { data: [done(ID)] });
      await updateRecords(bench.transport, 'Leads', [{ id: ID, Email: null }], {
        trigger: [],
        applyFeatureExecution: ['layout_rules'],
        skipFeatureExecution: ['cadences'],
        leadAssignmentRule: '5500000001234001',
      });
      assert.equal(bench.zoho.last.method, 'PUT');
      assert.deepEqual(JSON.parse(bench.zoho.last.body), {
        data: [{ id: ID, Email: null }],
        trigger: [],
        apply_feature_execution: [{ name: 'layout_rules' }],
        skip_feature_execution: [{ name: 'cadences' }],
        lar_id: '5500000001234001',
      });
    });

    it('an upsert with its check fields in their order', async () => {
      bench.zoho.answer(200, { data: [done(ID)] });
      await upsertRecords(bench.transport, 'Leads', [{ ERP_Id: 'E-1' }], ['ERP_Id', 'Email']);
      assert.equal(bench.zoho.last.url.pathname, '/crm/v8/Leads/upsert');
      const body = JSON.parse(bench.zoho.last.body) as { duplicate_check_fields: string[] };
      assert.deepEqual(body.duplicate_check_fields, ['ERP_Id', 'Email']);
    });

    it('a delete as DELETE with the ids in the query', async () => {
      bench.zoho.answer(200, { data: [done(ID), done(OTHER_ID)] });
      await deleteRecords(bench.transport, 'Leads', [ID, OTHER_ID], { workflow: false });
      const { method, url, body } = bench.zoho.last;
      assert.deepEqual([method, body], ['DELETE', '']);
      assert.deepEqual(Object.fromEntries(url.searchParams), { ids: `${ID},${OTHER_ID}`, wf_trigger: 'false' });
    });

    it('the time that guards a record', async () => {
      bench.zoho.answer(200, { data: [done(ID)] });
      await updateRecords(bench.transport, 'Leads', [{ id: ID }], { ifUnmodifiedSince: TIME });
      assert.equal(bench.zoho.last.headers['if-unmodified-since'], TIME);
    });

    it('and report one credit for every ten records begun', async () => {
      bench.zoho.answer(200, { data: records(11).map(() => done(ID)) });
      await updateRecords(bench.transport, 'Leads', records(11));
      assert.deepEqual([bench.calls.at(-1)?.credits, bench.calls.at(-1)?.operation], [2, 'update_records']);
    });
  });

  describe('return', () => {
    it('one outcome for each record, in order, with any status of mixed results', async () => {
      for (const status of [200, 201, 202, 207, 400]) {
        bench.zoho.answer(status, { data: [done(ID), refused('MANDATORY_NOT_FOUND', { api_name: 'Last_Name' })] });
        assert.deepEqual(codes(await insert(records(2))), ['insert', 'MANDATORY_NOT_FOUND'], String(status));
      }
    });

    it('id, times, user, action and the field that found the record', async () => {
      bench.zoho.answer(200, { data: [done(ID, { action: 'update', duplicate_field: 'Email' })] });
      assert.deepEqual(await upsertRecords(bench.transport, 'Leads', [{ Email: 'a@b.test' }], []), [
        {
          status: 'success',
          id: ID,
          action: 'update',
          modifiedTime: TIME,
          createdTime: TIME,
          modifiedBy: USER.id,
          duplicateField: 'Email',
        },
      ]);
    });

    it('what was inserted and what was updated by an upsert', async () => {
      bench.zoho.answer(200, { data: [done(ID, { action: 'insert' }), done(OTHER_ID, { action: 'update' })] });
      const outcomes = await upsertRecords(bench.transport, 'Leads', records(2), ['Email']);
      assert.deepEqual(codes(outcomes), ['insert', 'update']);
    });

    it('the record that has the value already', async () => {
      const details = { api_name: 'Email', id: ID, duplicate_record: { id: OTHER_ID, module: { api_name: 'Leads' } } };
      bench.zoho.answer(400, { data: [refused('DUPLICATE_DATA', details)] });
      const [outcome] = await insert(records(1));
      assert.ok(outcome?.status === 'error');
      assert.deepEqual(
        [outcome.category, outcome.fieldName, outcome.duplicateRecordId],
        ['duplicate', 'Email', OTHER_ID],
      );
    });

    it('a conflict with the record as it stands now', async () => {
      const details = { id: ID, Modified_Time: TIME, Modified_By: USER };
      bench.zoho.answer(412, { data: [refused('ALREADY_MODIFIED', details)] });
      const write = { ifUnmodifiedSince: '2026-01-28T13:00:00+05:30' };
      const [outcome] = await updateRecords(bench.transport, 'Leads', [{ id: ID }], write);
      assert.ok(outcome?.status === 'error');
      assert.deepEqual(
        [outcome.category, outcome.retryable, outcome.current],
        ['conflict', false, { id: ID, modifiedTime: TIME, modifiedBy: USER.id }],
      );
    });

    const refusals: [code: string, details: object, category: string, retryable: boolean][] = [
      ['INVALID_DATA', { id: ID }, 'not_found', false],
      ['INVALID_DATA', { id: ID, api_name: 'id', json_path: '$.data[0].id' }, 'not_found', false],
      ['INVALID_DATA', { id: ID, api_name: 'Account_Name' }, 'validation', false],
      ['RECORD_LOCKED', {}, 'locked', true],
      ['NOT_APPROVED', {}, 'locked', true],
      ['AUTHORIZATION_FAILED', {}, 'permission', false],
      ['STORAGE_SPACE_EXCEEDED', {}, 'capacity', false],
      ['DEPENDENT_SERVICE_ERROR', {}, 'server', true],
      ['SOMETHING_NEW', {}, 'validation', false],
    ];
    for (const [code, details, category, retryable] of refusals) {
      it(`${code} ${JSON.stringify(details)} as ${category} beside a success`, async () => {
        bench.zoho.answer(207, { data: [refused(code, details), done(ID)] });
        const [outcome] = await insert(records(2));
        assert.ok(outcome?.status === 'error');
        assert.deepEqual([outcome.category, outcome.retryable], [category, retryable]);
      });
    }

    it('no value of a record in a refusal', async () => {
      const details = { api_name: 'Email', json_path: '$.data[0].Email', value: 'Jane Roe', near: 'Jane Roe' };
      bench.zoho.answer(400, { data: [refused('INVALID_DATA', details)] });
      assert.doesNotMatch(JSON.stringify(await insert(records(1))), /Roe/);
    });
  });

  describe('fail as a whole', () => {
    const failures: [what: string, status: number, body: unknown, category: string][] = [
      ['for a flat error', 400, refused('INVALID_MODULE'), 'request_bug'],
      ['for one wrapped error that answers several records', 403, { data: [refused('NO_PERMISSION')] }, 'permission'],
      ['for one wrapped error with a good status', 200, { data: [refused('NO_PERMISSION')] }, 'permission'],
      ['for fewer results than records', 200, { data: [done(ID)] }, 'server'],
      ['for more results than records', 200, { data: [done(ID), done(ID), done(ID)] }, 'server'],
      ['for refusals of another number', 400, { data: Array(3).fill(refused('INVALID_DATA')) }, 'server'],
      ['for no results', 200, { data: [] }, 'server'],
      ['for an empty answer', 204, undefined, 'server'],
      ['for a cut answer', 201, '{"data":[{"code":"SUCC', 'network'],
      ['when every record met a fault of Zoho', 500, { data: [refused('INTERNAL_ERROR'), refused('X_Y')] }, 'server'],
      ['when every record was throttled', 429, { data: [refused('A_B'), refused('A_B')] }, 'rate_limited'],
      ['for a page of a proxy', 502, '<html></html>', 'server'],
    ];
    for (const [what, status, body, category] of failures) {
      it(what, async () => {
        bench.zoho.answer(status, body);
        assert.equal((await failureOf(insert(records(2)))).category, category);
      });
    }

    it('and reject the token when it is at fault', async () => {
      bench.zoho.answer(401, { data: [refused('INVALID_TOKEN')] });
      assert.equal((await failureOf(insert(records(1)))).category, 'auth_expired');
      assert.equal(bench.tokens.rejected.length, 1);
    });
  });

  describe('are refused before the call', () => {
    const calls: [what: string, call: () => Promise<unknown>, message: RegExp][] = [
      ['101 records', () => insert(records(101)), /101 records .* 100/],
      ['no records', () => insert([]), /records is empty/],
      ['101 ids', () => deleteRecords(bench.transport, 'Leads', Array<string>(101).fill(ID)), /101 ids .* 100/],
      ['an id that would add another', () => deleteRecords(bench.transport, 'Leads', ['1,2']), /position 0/],
      ['an update without an id', () => updateRecords(bench.transport, 'Leads', [{ Last_Name: 'R' }]), /position 0/],
      [
        'two records guarded by one time',
        () => updateRecords(bench.transport, 'Leads', records(2), { ifUnmodifiedSince: TIME }),
        /2 records are guarded/,
      ],
      [
        'a guard with milliseconds',
        () => updateRecords(bench.transport, 'Leads', records(1), { ifUnmodifiedSince: '2026-01-28T13:00:05.123Z' }),
        /whole seconds/,
      ],
    ];
    for (const [what, call, message] of calls) {
      it(what, async () => {
        const sent = bench.zoho.received.length;
        const error = await failureOf(call());
        assert.equal(error.category, 'request_bug');
        assert.match(error.message, message);
        assert.equal(bench.zoho.received.length, sent);
      });
    }
  });
});
