import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBulkReadJob, getBulkReadJob } from '../../../src/zoho/bulk/bulk-read';
import {
  BULK_WRITE_DATE_FORMAT,
  createBulkWriteJob,
  getBulkWriteJob,
  uploadBulkFile,
} from '../../../src/zoho/bulk/bulk-write';
import { createMassUpdateJob, getMassUpdateJob, massUpdateRecords } from '../../../src/zoho/bulk/mass-update';
import { JsonNumber } from '../../../src/zoho/http/exact-json';
import type { ZohoTransport } from '../../../src/zoho/http/transport';
import { listApiCosts } from '../../../src/zoho/metadata/api-catalog';
import { createCustomFields, updateCustomFields } from '../../../src/zoho/metadata/custom-fields';
import { getFields } from '../../../src/zoho/metadata/fields';
import { getModule, listModules } from '../../../src/zoho/metadata/modules';
import { getOrg } from '../../../src/zoho/metadata/org';
import { countUsers, getCurrentUser, listUsers } from '../../../src/zoho/metadata/users';
import {
  disableChannels,
  listChannels,
  removeEvents,
  renewChannels,
  updateChannels,
  watchChannels,
} from '../../../src/zoho/notifications/notification-channels';
import { queryRecords } from '../../../src/zoho/query/coql-query';
import { countRecords } from '../../../src/zoho/records/count-records';
import { listDeleted } from '../../../src/zoho/records/deleted-records';
import { getRecord } from '../../../src/zoho/records/get-record';
import { listRecords } from '../../../src/zoho/records/list-records';
import { deleteRecords, insertRecords, updateRecords, upsertRecords } from '../../../src/zoho/records/write-records';
import type { KnownError } from '../../simulator/openapi';
import { type Bench, startBench } from '../support/stub-zoho';
import { KNOWN_ERRORS } from './known-errors';
import { OpenApiRequests } from './openapi-requests';

const ID = '5500000000376008';
const TIME = '2026-01-28T13:00:00+05:30';
const NOW = new Date('2026-02-01T04:30:00Z');

type Call = (transport: ZohoTransport) => Promise<unknown>;
type Case = readonly [name: string, file: string, route: string, call: Call];

const MODULE = '/crm/v8/{module_api_name}';
const RECORD = `${MODULE}/{id}`;
const FIELDS = '/crm/v8/settings/fields';
const WATCH = '/crm/v8/actions/watch';
const record = { Last_Name: 'Roe', Amount: new JsonNumber('10.50'), Email: null, Account_Name: { id: ID } };
const channel = {
  channelId: '1000000068001',
  events: ['Deals.all'],
  notifyUrl: 'https://app.test/hook',
  token: 's3cret',
  channelExpiry: '2026-02-07T10:00:00+05:30',
  returnAffectedFieldValues: true,
};
const criteria = {
  groupOperator: 'and',
  group: [
    { field: 'Stage', comparator: 'equal', value: 'Closed Won' },
    { field: 'Amount', comparator: 'greater_than', value: 10 },
  ],
} as const;

describe("requests and Zoho's OpenAPI files", () => {
  const files = new OpenApiRequests();
  const excuses = new Set<KnownError>();
  let bench: Bench;
  let folder: string;
  before(async () => {
    bench = await startBench();
    folder = await mkdtemp(path.join(tmpdir(), 'conform-'));
    await writeFile(path.join(folder, 'deals.zip'), 'PK');
  });
  after(async () => {
    await bench.stop();
    await rm(folder, { recursive: true });
  });

  async function updateField(transport: ZohoTransport): Promise<unknown> {
    const options = [
      { id: '1', display_value: 'Low' },
      { id: '2', display_value: 'High' },
    ];
    const known = { id: ID, api_name: 'Risk', custom_field: true, data_type: 'picklist', pick_list_values: options };
    bench.zoho.answer(200, { fields: [known] });
    const [current] = await getFields(transport, 'Deals');
    const picklistValues = { add: [{ display: 'Mid' }], rename: [{ id: '1', display: 'Little' }], remove: ['2'] };
    const changes = [{ current: current ?? assert.fail('no field'), change: { label: 'R', picklistValues } }];
    return updateCustomFields(transport, 'Deals', changes);
  }

  const cases: readonly Case[] = [
    ['getOrg', 'org.json', '/crm/v8/org', (t) => getOrg(t)],
    ['getCurrentUser', 'users.json', '/crm/v8/users', (t) => getCurrentUser(t)],
    [
      'listUsers',
      'users.json',
      '/crm/v8/users',
      (t) => listUsers(t, { type: 'ActiveUsers', page: 1, perPage: 200, ids: [ID], modifiedSince: TIME }),
    ],
    ['countUsers', 'users.json', '/crm/v8/users/actions/count', (t) => countUsers(t, 'ActiveUsers')],
    ['listModules', 'modules.json', '/crm/v8/settings/modules', (t) => listModules(t)],
    ['getModule', 'modules.json', '/crm/v8/settings/modules/{api_name}', (t) => getModule(t, 'Deals')],
    ['listApiCosts', 'apis.json', '/crm/v8/__apis', (t) => listApiCosts(t, 'Deals')],
    ['getFields', 'fields.json', FIELDS, (t) => getFields(t, 'Deals')],
    [
      'createCustomFields',
      'fields.json',
      FIELDS,
      (t) =>
        createCustomFields(t, 'Deals', [
          { label: 'ERP Id', dataType: 'text', length: 64, unique: { caseSensitive: true }, externalId: 'org' },
          { label: 'Risk', dataType: 'picklist', picklistValues: [{ display: 'Low' }], tooltip: 'Ours' },
          { label: 'Margin', dataType: 'currency', length: 16, decimalPlace: 2 },
          { label: 'Partner', dataType: 'lookup', lookup: { module: 'Accounts', displayLabel: 'Partner' } },
          { label: 'Notes', dataType: 'textarea', textareaSize: 'large' },
        ]),
    ],
    ['updateCustomFields', 'fields.json', FIELDS, updateField],
    [
      'listRecords',
      'record.json',
      MODULE,
      (t) =>
        listRecords(t, 'Leads', {
          fields: ['Last_Name'],
          perPage: 200,
          pageToken: 'x',
          sortBy: 'Modified_Time',
          sortOrder: 'asc',
          modifiedSince: TIME,
          ids: [ID],
          converted: 'both',
        }),
    ],
    [
      'listRecords of a view',
      'record.json',
      MODULE,
      (t) => listRecords(t, 'Leads', { fields: ['id'], page: 1, customView: ID }),
    ],
    ['getRecord', 'record.json', RECORD, (t) => getRecord(t, 'Leads', ID, { fields: ['Last_Name'] })],
    [
      'listDeleted',
      'record.json',
      `${MODULE}/deleted`,
      (t) => listDeleted(t, 'Leads', { type: 'all', page: 1, perPage: 200, modifiedSince: TIME }),
    ],
    [
      'countRecords',
      'record.json',
      `${MODULE}/actions/count`,
      (t) => countRecords(t, 'Leads', { criteria: '(Company:equals:A)', converted: 'both' }),
    ],
    ['queryRecords', 'coql.json', '/crm/v8/coql', (t) => queryRecords(t, 'select id from Leads where id > 0')],
    [
      'insertRecords',
      'record.json',
      MODULE,
      (t) => insertRecords(t, 'Leads', [record], { trigger: ['workflow'], leadAssignmentRule: ID }),
    ],
    [
      'updateRecords',
      'record.json',
      MODULE,
      (t) =>
        updateRecords(t, 'Leads', [{ id: ID, ...record }], {
          trigger: [],
          applyFeatureExecution: ['layout_rules'],
          skipFeatureExecution: ['cadences'],
          ifUnmodifiedSince: TIME,
        }),
    ],
    ['upsertRecords', 'record.json', `${MODULE}/upsert`, (t) => upsertRecords(t, 'Leads', [record], ['Email'])],
    ['deleteRecords', 'record.json', MODULE, (t) => deleteRecords(t, 'Leads', [ID], { workflow: true })],
    [
      'massUpdateRecords',
      'record.json',
      `${MODULE}/actions/mass_update`,
      (t) => massUpdateRecords(t, 'Leads', { ids: [ID], values: { Industry: 'Banking' }, overWrite: true }),
    ],
    [
      'createMassUpdateJob',
      'record.json',
      `${MODULE}/actions/mass_update`,
      (t) =>
        createMassUpdateJob(t, 'Leads', {
          customView: ID,
          values: { Industry: 'Banking' },
          territory: { id: ID, includeChild: true },
        }),
    ],
    [
      'getMassUpdateJob',
      'mass_update.json',
      '/crm/v8/{module}/actions/mass_update',
      (t) => getMassUpdateJob(t, 'Leads', ID),
    ],
    [
      'createBulkReadJob',
      'bulk_read.json',
      '/crm/bulk/v8/read',
      (t) =>
        createBulkReadJob(t, {
          module: 'Deals',
          fields: ['Stage'],
          page: 1,
          criteria,
          callbackUrl: 'https://app.test',
        }),
    ],
    ['getBulkReadJob', 'bulk_read.json', '/crm/bulk/v8/read/{job_id}', (t) => getBulkReadJob(t, ID)],
    [
      'uploadBulkFile',
      'bulk_write.json',
      '/crm/v8/upload',
      (t) => uploadBulkFile(t, { file: path.join(folder, 'deals.zip'), zgid: '700001' }),
    ],
    [
      'createBulkWriteJob',
      'bulk_write.json',
      '/crm/bulk/v8/write',
      (t) =>
        createBulkWriteJob(t, {
          operation: 'upsert',
          module: 'Deals',
          fileId: ID,
          fileName: 'deals.csv',
          findBy: 'ERP_Id',
          ignoreEmpty: true,
          callbackUrl: 'https://app.test',
          fieldMappings: [
            { field: 'ERP_Id', index: 0 },
            { field: 'Account_Name', index: 1, findBy: 'id' },
            { field: 'Closing_Date', index: 2, format: BULK_WRITE_DATE_FORMAT },
            { field: 'Lead_Source', defaultValue: 'ERP' },
          ],
        }),
    ],
    ['getBulkWriteJob', 'bulk_write.json', '/crm/bulk/v8/write/{job_id}', (t) => getBulkWriteJob(t, ID)],
    ['watchChannels', 'notifications.json', WATCH, (t) => watchChannels(t, [channel], NOW)],
    ['updateChannels', 'notifications.json', WATCH, (t) => updateChannels(t, [channel], NOW)],
    ['renewChannels', 'notifications.json', WATCH, (t) => renewChannels(t, [channel], NOW)],
    ['removeEvents', 'notifications.json', WATCH, (t) => removeEvents(t, channel)],
    ['disableChannels', 'notifications.json', WATCH, (t) => disableChannels(t, [channel.channelId])],
    [
      'listChannels',
      'notifications.json',
      WATCH,
      (t) => listChannels(t, { channelId: '1', module: 'Deals', page: 1, perPage: 200 }),
    ],
  ];

  for (const [name, file, route, call] of cases) {
    it(`agree about ${name}`, async () => {
      bench.zoho.answer(204);
      const sent = bench.zoho.received.length;
      // Only the request matters: most functions do not take an empty answer.
      await call(bench.transport).catch(() => undefined);
      assert.ok(bench.zoho.received.length > sent, 'nothing was sent');
      const { violations, excusedBy } = files.check(file, route, bench.zoho.last, KNOWN_ERRORS);
      for (const excuse of excusedBy) excuses.add(excuse);
      assert.deepEqual(violations, []);
    });
  }

  it('disagree in no other way than is listed', () => {
    const stale = KNOWN_ERRORS.filter((error) => !excuses.has(error)).map(({ error }) => error.source);
    assert.deepEqual(stale, []);
  });

  it('would disagree about a key or a parameter that is misspelt', async () => {
    bench.zoho.answer(204);
    const request = { operation: 'list_records', path: '/crm/v8/Leads', query: { per_pages: 1 }, body: { datas: [] } };
    await bench.transport.json({ ...request, operation: 'list_records' }, undefined, () => undefined);
    const { violations } = files.check('record.json', MODULE, bench.zoho.last, []);
    assert.equal(violations.length, 2, violations.join('; '));
  });
});
