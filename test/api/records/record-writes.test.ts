import assert from 'node:assert/strict';
import type { ValidateAnswer, WriteAnswer } from '../../../src/api/records/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { assertProblem, useOrganization } from '../support/organization';

const DEALS = '/modules/Deals/records';

describe('writing records', () => {
  const org = useOrganization();
  afterEach(() => org.simulator.control.clearFaults());

  const deal = (more: object = {}) => ({ Deal_Name: 'Written', Stage: 'Qualification', ...more });
  const write = async (json: object): Promise<WriteAnswer> => {
    const { status, body } = await org.post(`${DEALS}/write`, json);
    assert.equal(status, 200, JSON.stringify(body));
    return body as WriteAnswer;
  };
  const validate = async (json: object): Promise<ValidateAnswer> =>
    (await org.post(`${DEALS}/validate`, json, 'viewer')).body as ValidateAnswer;
  const inserted = async (): Promise<string> => {
    const [outcome] = (await write({ operation: 'insert', records: [deal()] })).outcomes;
    return outcome?.status === 'success' ? outcome.id : assert.fail('The record was not inserted.');
  };

  it('tells the outcome of each record in the order of the request', async () => {
    const records = [deal(), { Stage: 'Qualification' }, deal({ Stage: 'No such stage' }), deal()];

    const { succeeded, failed, outcomes } = await write({ operation: 'insert', records });

    assert.deepEqual([succeeded, failed], [2, 2]);
    assert.deepEqual(
      outcomes.map(({ position, status }) => [position, status]),
      [
        [0, 'success'],
        [1, 'error'],
        [2, 'error'],
        [3, 'success'],
      ],
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'error' ? [outcome] : []));
    assert.deepEqual(
      refused.map(({ code, fieldName }) => [code, fieldName]),
      [
        ['MANDATORY_NOT_FOUND', 'Deal_Name'],
        ['INVALID_DATA', 'Stage'],
      ],
    );
  });

  it('updates, upserts and deletes', async () => {
    const id = await inserted();

    const updated = await write({ operation: 'update', records: [{ id, Stage: 'Closed Won' }] });
    const upserted = await write({ operation: 'upsert', records: [{ id, Stage: 'Closed Lost', Deal_Name: 'Again' }] });
    const deleted = await write({ operation: 'delete', records: [{ id }] });

    for (const { outcomes } of [updated, upserted, deleted]) {
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status === 'success' && outcome.id),
        [id],
      );
    }
    assertProblem(await org.get(`${DEALS}/${id}`), 'zoho_not_found');
  });

  it('clears what is null or an empty text, leaves alone what is absent, and requires what is required', async () => {
    const [first] = (await write({ operation: 'insert', records: [deal({ Next_Step: 'Call', Description: 'x' })] }))
      .outcomes;
    const id = first?.status === 'success' ? first.id : '';

    const { outcomes } = await write({
      operation: 'update',
      records: [
        { id, Next_Step: '', Description: null },
        { id, Deal_Name: '' },
      ],
    });

    const text = await org.text(`${DEALS}/${id}?fields=Deal_Name,Next_Step,Description,Stage`);
    const [record] = (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
    const { Deal_Name: name, Next_Step: step, Description: description, Stage: stage } = record ?? {};
    assert.deepEqual([name, step, description, stage], ['Written', null, null, 'Qualification']);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'error' && [outcome.code, outcome.fieldName]),
      [false, ['MANDATORY_NOT_FOUND', 'Deal_Name']],
    );
  });

  it('names the record that has a unique value already', async () => {
    const field = { label: 'Number', dataType: 'text', length: 20, unique: { caseSensitive: false } };
    assert.equal((await org.post('/modules/Deals/fields', field, 'admin')).status, 201);
    const insert = async () => (await write({ operation: 'insert', records: [deal({ Number: 'A-1' })] })).outcomes[0];
    const first = await insert();

    const second = await insert();

    assert.ok(first?.status === 'success' && second?.status === 'error');
    assert.deepEqual(
      [second.code, second.category, second.fieldName, second.duplicateRecordId, second.retryable],
      ['DUPLICATE_DATA', 'duplicate', 'Number', first.id, false],
    );
  });

  it('refuses to overwrite a record that changed meanwhile', async () => {
    const id = await inserted();

    const { outcomes } = await write({
      operation: 'update',
      records: [{ id, Stage: 'Closed Won' }],
      ifUnmodifiedSince: '2020-01-01T00:00:00Z',
    });

    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'error' && outcome.category),
      ['conflict'],
    );
  });

  it('carries numbers digit by digit', async () => {
    const raw = `{"operation":"insert","records":[{"Deal_Name":"Exact","Stage":"Qualification","Amount":1234567890123.10}]}`;
    const sent = await org.api.call('POST', `/api/v1${DEALS}/write`, { raw });

    const [outcome] = (sent.body as WriteAnswer).outcomes;
    assert.equal(outcome?.status, 'success');
    const text = await org.text(`${DEALS}/${outcome.id}?fields=Amount`);
    assert.match(text, /"Amount":1234567890123\.10?\b/);
  });

  it('takes a hundred records with long texts, and no hundred and first', async () => {
    const description = 'long '.repeat(2_000);
    const hundred = Array.from({ length: 100 }, () => deal({ Description: description }));

    assert.equal((await write({ operation: 'insert', records: hundred })).succeeded, 100);
    assertProblem(
      await org.post(`${DEALS}/write`, { operation: 'insert', records: [...hundred, deal()] }),
      'validation_failed',
      /100 records/,
    );
  });

  it('refuses what cannot be meant, before Zoho is asked', async () => {
    const before = org.calls();
    for (const json of [
      { operation: 'insert', records: [] },
      { operation: 'merge', records: [deal()] },
      { operation: 'update', records: [deal()] },
      { operation: 'delete', records: [{ id: '1/../2' }] },
      { operation: 'delete', records: [{ id: 12345 }] },
      { operation: 'insert', records: [{ 'Deal_Name"}': 'x' }] },
      { operation: 'insert', records: [deal()], duplicateCheckFields: ['Deal_Name'] },
      { operation: 'update', records: [{ id: '1' }, { id: '2' }], ifUnmodifiedSince: '2026-01-01T00:00:00Z' },
      { operation: 'update', records: [{ id: '1' }], ifUnmodifiedSince: 'now' },
    ]) {
      assertProblem(await org.post(`${DEALS}/write`, json), 'validation_failed');
    }
    const path = `/api/v1${DEALS}/write`;
    assertProblem(await org.api.call('POST', path, { raw: '{"operation":' }), 'malformed_json');
    assertProblem(
      await org.api.call('POST', path, { raw: '{}', headers: { 'content-type': 'text/plain' } }),
      'unsupported_media_type',
    );
    assertProblem(await org.api.call('POST', path, { raw: `"${'x'.repeat(6e6)}"` }), 'payload_too_large');
    assertProblem(await org.api.call('POST', path, { raw: '['.repeat(100_000) }), 'validation_failed', /nested/);
    assert.equal(org.calls(), before);
  });

  it('needs the role operator', async () => {
    const json = { operation: 'insert', records: [deal()] };

    assertProblem(await org.post(`${DEALS}/write`, json, 'viewer'), 'forbidden', /operator/);
  });

  it('says that records may have been created when no answer came', async () => {
    org.simulator.control.addFault({ kind: 'error', status: 500, operation: 'insertRecords', times: 1 });

    const answer = await org.post(`${DEALS}/write`, { operation: 'insert', records: [deal()] });

    assertProblem(answer, 'zoho_outcome_unknown', /look for them/);
  });

  it('keeps the values of records out of the audit log and the log', async () => {
    const records = [deal({ Deal_Name: 'Confidential deal' }), deal({ Stage: 'Confidential stage' })];
    await write({ operation: 'insert', records });

    const [entry] = await listAuditEntries(org.api.knex, { target: 'crm/Deals' }, 1);

    assert.deepEqual([entry?.action, entry?.outcome], ['records.write', 'succeeded']);
    assert.deepEqual(entry?.details?.['body'], { operation: 'insert', records: 2 });
    assert.ok(!JSON.stringify([entry, org.api.logLines]).includes('Confidential'));
  });

  it('checks records without writing them', async () => {
    const before = (await org.get(`${DEALS}?fields=id&perPage=200`)).body as { info: { count: number } };
    const records = [deal({ Amount: 12.5 }), { Stage: 'No such stage', Closing_Date: '31.12.2026', Colour: 'red' }];

    const { valid, invalid, records: checked } = await validate({ operation: 'insert', records });

    assert.deepEqual([valid, invalid], [1, 1]);
    assert.deepEqual(checked[1]?.problems.map(({ field, code }) => `${field} ${code}`).sort(), [
      'Closing_Date wrong_type',
      'Colour unknown_field',
      'Deal_Name required',
      'Stage no_option',
    ]);
    const after = (await org.get(`${DEALS}?fields=id&perPage=200`)).body as { info: { count: number } };
    assert.equal(after.info.count, before.info.count);
  });
});
