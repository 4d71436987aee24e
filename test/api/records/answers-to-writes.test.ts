import assert from 'node:assert/strict';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../../../simulator';
import type { ProblemDocument } from '../../../src/api/http/problem';
import type { WriteAnswer } from '../../../src/api/records/schemas';
import { ensureConnection } from '../../../src/db/connections/ensure-connection';
import { KEY_RING } from '../../db/support';
import { StubZoho } from '../../zoho/support/stub-zoho';
import { NO_TEMPORAL, useApi } from '../support/api';

const refusal = (code: string, details: object) => ({ code, details, message: 'text', status: 'error' });
const FIELD = {
  id: '1',
  operation_type: { api_create: true, api_update: true },
  api_name: 'Last_Name',
  data_type: 'text',
};

describe('the answer to a write', () => {
  let zoho: StubZoho;
  before(async () => {
    zoho = await StubZoho.start();
  });
  const api = useApi(
    () => NO_TEMPORAL,
    () => zoho.url,
  );
  before(async () => {
    await ensureConnection(api.knex, KEY_RING, {
      name: 'crm',
      dataCenter: 'us',
      accountsUrl: zoho.url,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      refreshToken: DEMO_REFRESH_TOKEN,
    });
  });
  after(() => zoho.stop());

  async function write(status: number, answer: object, records: object[] = [{ Last_Name: 'Roe' }], more = {}) {
    zoho.respond((response, { url }) => {
      const token = { access_token: '1000.a.b', api_domain: zoho.url, token_type: 'Bearer', expires_in: 3_600 };
      const others: Record<string, object> = {
        '/oauth/v2/token': token,
        '/crm/v8/org': { org: [{ id: '1', zgid: '2', company_name: 'Acme' }] },
        '/crm/v8/settings/fields': { fields: [FIELD] },
      };
      const other = others[url.pathname];
      const [code, body] = other ? [200, other] : [status, answer];
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const path = '/api/v1/modules/Contacts/records/write';
    return api.call('POST', path, { json: { operation: 'insert', records, ...more } });
  }

  async function refused(error: object) {
    const [outcome] = ((await write(400, { data: [error] })).body as WriteAnswer).outcomes;
    assert.ok(outcome?.status === 'error');
    return outcome;
  }

  it('tells all mistakes of a record at once, each with its place in the request', async () => {
    const errors = [
      refusal('INVALID_DATA', { api_name: 'Email', json_path: '$.data[0].Email', expected_data_type: 'email' }),
      refusal('MANDATORY_NOT_FOUND', { api_name: 'Last_Name', json_path: '$.data[0].Last_Name' }),
      refusal('INVALID_DATA', { api_name: 'Qty', json_path: '$.data[0].Lines[2].Qty', parent_api_name: 'Lines' }),
    ];

    const outcome = await refused(refusal('MULTIPLE_OR_MULTI_ERRORS', { errors }));

    assert.deepEqual(
      outcome.errors.map(({ code, fieldName, pointer }) => [code, fieldName, pointer]),
      [
        ['INVALID_DATA', 'Email', '#/records/0/Email'],
        ['MANDATORY_NOT_FOUND', 'Last_Name', '#/records/0/Last_Name'],
        ['INVALID_DATA', 'Lines', '#/records/0/Lines/2/Qty'],
      ],
    );
    assert.deepEqual([outcome.code, outcome.fieldName], ['INVALID_DATA', 'Email']);
  });

  it('calls no record retryable of whose mistakes one stays', async () => {
    const errors = [
      refusal('RECORD_LOCKED', { api_name: 'Last_Name', json_path: '$.data[0].Last_Name' }),
      refusal('DUPLICATE_DATA', { api_name: 'Email', json_path: '$.data[0].Email', duplicate_record: { id: '77' } }),
    ];

    const outcome = await refused(refusal('MULTIPLE_OR_MULTI_ERRORS', { errors }));

    assert.deepEqual([outcome.retryable, outcome.fieldName, outcome.duplicateRecordId], [false, 'Email', '77']);
  });

  it('names the field of which a part is wrong, not the part', async () => {
    const details = { expected_data_type: 'bigint', api_name: 'id', json_path: '$.data[0].Owner.id' };

    const outcome = await refused(refusal('INVALID_DATA', { ...details, parent_api_name: 'Owner', id: '12' }));

    assert.deepEqual(
      [outcome.fieldName, outcome.jsonPath, outcome.category, outcome.errors[0]?.pointer],
      ['Owner', '$.data[0].Owner.id', 'validation', '#/records/0/Owner/id'],
    );
  });

  it('points into the request also where the call is refused as a whole', async () => {
    const error = refusal('INVALID_DATA', { api_name: 'workflow', json_path: '$.trigger[0]' });

    const { status, body } = await write(400, error, [{ Last_Name: 'A' }, { Last_Name: 'B' }]);

    assert.equal(status, 422);
    assert.deepEqual((body as ProblemDocument).errors, [{ pointer: '#/trigger/0', detail: 'workflow: INVALID_DATA' }]);
  });

  it('is about the very record that was given, with its tags, rows of subforms and keys of Zoho', async () => {
    const record = {
      Last_Name: 'Roe',
      Tag: [{ name: 'VIP' }, { name: 'Größe, "XL"' }],
      Lines: [
        { Product: { id: '1' }, Qty: 2 },
        { id: '9', _delete: null },
      ],
      $append_values: { Tag: true },
    };
    const details = { id: '1', Modified_Time: '2026-11-27T08:00:00+01:00', Created_Time: '2026-11-27T08:00:00+01:00' };

    const { body } = await write(201, { data: [{ code: 'SUCCESS', details, status: 'success' }] }, [record], {
      trigger: [],
    });

    assert.equal((body as WriteAnswer).succeeded, 1);
    assert.deepEqual(JSON.parse(zoho.last.body), { data: [record], trigger: [] });
  });
});
