import assert from 'node:assert/strict';
import type { FieldMetadata, FieldModification, FieldModificationAnswer } from '../../../src/api/modules/schemas';
import { API_PREFIX } from '../../../src/api/paths';
import type { Answer } from '../support/api';
import { assertProblem, useOrganization } from '../support/organization';

const FIELDS = '/modules/Deals/fields';
const HISTORY = '/modules/Deals/field-modifications';

describe('custom fields', () => {
  const org = useOrganization();
  afterEach(() => org.simulator.control.clearFaults());

  let made = 0;
  const definition = (more: object = {}) => ({ label: `Colour ${++made}`, dataType: 'text', length: 50, ...more });
  const create = (json: object): Promise<Answer> => org.post(FIELDS, json, 'admin');
  const change = (id: string, json: object): Promise<Answer> =>
    org.api.call('PATCH', `${API_PREFIX}${FIELDS}/${id}`, { json, as: 'admin' });
  const created = async (json = definition()): Promise<FieldMetadata> => {
    const { status, body } = await create(json);
    assert.equal(status, 201, JSON.stringify(body));
    return (body as FieldModificationAnswer).field ?? assert.fail('The field was not read again.');
  };
  const history = async (query = ''): Promise<FieldModification[]> =>
    ((await org.get(`${HISTORY}${query}`)).body as { modifications: FieldModification[] }).modifications;

  it('are created, and answered as Zoho has them', async () => {
    const field = await created(definition({ label: 'Proposal sent by' }));

    assert.deepEqual([field.label, field.dataType, field.length, field.custom], ['Proposal sent by', 'text', 50, true]);
    const { fields } = (await org.get(FIELDS)).body as { fields: FieldMetadata[] };
    assert.ok(fields.some(({ id, apiName }) => id === field.id && apiName === field.apiName));
  });

  it('are changed, and both states are kept with who changed them', async () => {
    const { id, label } = await created();

    const answer = (await change(id, { length: 80 })).body as FieldModificationAnswer;

    assert.equal(answer.field?.length, 80);
    const [update, creation] = await history(`?fieldId=${id}`);
    assert.deepEqual(update, answer.modification);
    assert.deepEqual([update.action, update.actor, update.outcome], ['update', org.api.actor('admin'), 'succeeded']);
    assert.deepEqual([update.before?.['length'], update.after?.['length'], update.requested], [50, 80, { length: 80 }]);
    assert.deepEqual([creation?.action, creation?.before, creation?.after?.['label']], ['create', null, label]);
  });

  it('are not created with a definition that Zoho would not take', async () => {
    const before = org.calls();

    assertProblem(await create(definition({ length: 900 })), 'zoho_invalid', /between 1 and 255/);
    assertProblem(await create(definition({ dataType: 'picklist' })), 'zoho_invalid', /options/);
    assertProblem(await create(definition({ dataType: 'subform' })), 'validation_failed');

    assert.equal(org.calls(), before);
    const [refused] = await history();
    assert.deepEqual(
      [refused?.outcome, refused?.errorCode, refused?.fieldId],
      ['refused', 'INVALID_FIELD_DEFINITION', null],
    );
  });

  it('are not changed so that values would be lost', async () => {
    const { id } = await created();

    assertProblem(await change(id, { dataType: 'integer' }), 'zoho_invalid', /cannot become integer/);
    assertProblem(await change(id, { length: 10 }), 'zoho_invalid', /cannot shrink/);
    assertProblem(await change(id, {}), 'zoho_invalid', /nothing is changed/);

    assert.deepEqual(
      (await history(`?fieldId=${id}`)).map(({ outcome }) => outcome),
      ['refused', 'refused', 'refused', 'succeeded'],
    );
  });

  it('are not created twice under one label', async () => {
    const json = definition();
    await created(json);

    assertProblem(await create(json), 'zoho_refused', /DUPLICATE_DATA/);

    assert.deepEqual((await history())[0]?.outcome, 'refused');
  });

  it('are remembered as unknown when no answer came', async () => {
    org.simulator.control.addFault({ kind: 'error', status: 500, path: 'settings/fields', method: 'POST', times: 1 });

    assertProblem(await create(definition()), 'zoho_unavailable');

    assert.equal((await history())[0]?.outcome, 'unknown');
  });

  it('are in the history once when the access token was refused at first', async () => {
    org.simulator.control.addFault({ kind: 'unauthorized', path: 'settings/fields', method: 'POST', times: 1 });
    const { length } = await history();

    const { id } = await created();

    const rows = await history();
    assert.equal(rows.length, length + 1);
    assert.deepEqual([rows[0]?.outcome, rows[0]?.fieldId], ['succeeded', id]);
  });

  it('that do not exist cannot be changed', async () => {
    assertProblem(await change('123', { length: 80 }), 'zoho_not_found', /no field 123/);
    assertProblem(await change('1%2F2', { length: 80 }), 'invalid_parameter');
  });

  it('have a history that is read page by page', async () => {
    const { id } = await created();
    await change(id, { length: 60 });
    const all = await history(`?fieldId=${id}`);

    const first = (await org.get(`${HISTORY}?fieldId=${id}&limit=1`)).body as { nextCursor: string; hasMore: boolean };
    const second = await history(`?fieldId=${id}&limit=1&cursor=${first.nextCursor}`);

    assert.ok(first.hasMore);
    assert.deepEqual(second, [all[1]]);
  });
});
