import { createJob, runBulkWrite, upload, zipOf } from './bulk-write-support';
import type { Answer, TestBed } from './support';

/** A call of the simulator, with the place in Zoho's files that describes its answer. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly route: string;
  readonly method: string;
  readonly call: (bed: TestBed) => Promise<Answer>;
  readonly status: number;
  /** The status the file describes the answer under, where it is another one. */
  readonly describedAs?: number;
}

const FIELDS = { file: 'fields.json', route: '/crm/v8/settings/fields' };
const FIELD = { file: 'fields.json', route: '/crm/v8/settings/fields/{field}' };
const UPLOAD = { file: 'bulk_write.json', route: '/crm/v8/upload', method: 'post' };
const WRITE = { file: 'bulk_write.json', route: '/crm/bulk/v8/write', method: 'post' };
const JOB = { file: 'bulk_write.json', route: '/crm/bulk/v8/write/{job_id}', method: 'get' };
const MASS_UPDATE = { file: 'mass_update.json', route: '/crm/v8/{module}/actions/mass_update', method: 'post' };
/** Another file of Zoho's describes mass updates too, and more exactly. */
const MASS_UPDATE_OF_RECORDS = { file: 'record.json', route: '/crm/v8/{module_api_name}/actions/mass_update' };
const WATCH = { file: 'notifications.json', route: '/crm/v8/actions/watch' };

const DEALS = { module: { api_name: 'Deals' } };
const CSV = 'Deal_Name,Stage\nA,Qualification\n';
const CHANNEL = {
  channel_id: '1000000068001',
  events: ['Deals.all'],
  notify_url: 'https://app.test/hook',
  token: 'secret',
  notification_condition: [
    {
      type: 'field_selection',
      module: { api_name: 'Deals', id: '5500000000000002103' },
      field_selection: { field: { api_name: 'Stage', id: '5500000103700000002' } },
    },
  ],
};

const fields =
  (method: string, items: unknown, path = '?module=Deals') =>
  (bed: TestBed): Promise<Answer> =>
    bed.call(`/crm/v8/settings/fields${path}`, { method, json: { fields: items } });

const massUpdate =
  (body: unknown, module = 'Deals') =>
  (bed: TestBed): Promise<Answer> =>
    bed.call(`/crm/v8/${module}/actions/mass_update`, { method: 'POST', json: body });

const watch =
  (method: string, entry: unknown) =>
  async (bed: TestBed): Promise<Answer> => {
    if (method !== 'POST') await watch('POST', CHANNEL)(bed);
    return bed.call('/crm/v8/actions/watch', { method, json: { watch: [entry] } });
  };

async function createdField(bed: TestBed): Promise<string> {
  const answer = await fields('POST', [{ field_label: `F ${Math.random()}`, data_type: 'text' }])(bed);
  return (answer.body['fields'] as { details: { id: string } }[])[0]?.details.id ?? '';
}

export const CASES: readonly Case[] = [
  {
    name: 'created fields',
    ...FIELDS,
    method: 'post',
    call: fields('POST', [{ field_label: 'Fresh', data_type: 'text' }]),
    status: 201,
  },
  {
    name: 'a field without type',
    ...FIELDS,
    method: 'post',
    call: fields('POST', [{ field_label: 'X' }]),
    status: 400,
  },
  {
    name: 'a label that is too long',
    ...FIELDS,
    method: 'post',
    call: fields('POST', [{ field_label: 'X'.repeat(101), data_type: 'text' }]),
    status: 400,
  },
  {
    name: 'a picklist without options',
    ...FIELDS,
    method: 'post',
    call: fields('POST', [{ field_label: 'X', data_type: 'picklist' }]),
    status: 400,
  },
  {
    name: 'metadata of a created field',
    ...FIELD,
    method: 'get',
    call: async (bed) => bed.call(`/crm/v8/settings/fields/${await createdField(bed)}?module=Deals`),
    status: 200,
  },
  {
    name: 'updated fields',
    ...FIELDS,
    method: 'patch',
    call: async (bed) => fields('PATCH', [{ id: await createdField(bed), length: 255 }])(bed),
    status: 200,
  },
  {
    name: 'an updated field',
    ...FIELD,
    method: 'patch',
    call: async (bed) => fields('PATCH', [{ length: 255 }], `/${await createdField(bed)}?module=Deals`)(bed),
    status: 200,
  },
  {
    name: 'a deleted field',
    ...FIELD,
    method: 'delete',
    call: async (bed) =>
      bed.call(`/crm/v8/settings/fields/${await createdField(bed)}?module=Deals`, { method: 'DELETE' }),
    status: 200,
  },
  {
    name: 'a deletion without module',
    ...FIELD,
    method: 'delete',
    call: (bed) => bed.call('/crm/v8/settings/fields/1', { method: 'DELETE' }),
    status: 400,
  },
  { name: 'an uploaded file', ...UPLOAD, call: async (bed) => upload(bed, await zipOf(CSV)), status: 200 },
  {
    name: 'a file that is no zip',
    ...UPLOAD,
    call: (bed) => upload(bed, Buffer.from(CSV)),
    status: 400,
    describedAs: 200,
  },
  { name: 'a bulk-write job', ...WRITE, call: (bed) => createJob(bed, CSV, DEALS), status: 201 },
  {
    name: 'a callback by another method',
    ...WRITE,
    call: (bed) => createJob(bed, CSV, DEALS, { callback: { url: 'https://app.test', method: 'get' } }),
    status: 400,
  },
  {
    name: 'an unknown file',
    ...WRITE,
    call: (bed) => createJob(bed, CSV, { ...DEALS, file_id: '1' }),
    status: 400,
  },
  {
    name: 'a mandatory field that is not mapped',
    ...WRITE,
    call: (bed) => createJob(bed, 'Deal_Name\nA\n', DEALS),
    status: 400,
  },
  {
    name: 'the status of a job',
    ...JOB,
    call: async (bed) => {
      const callback = { url: `${bed.simulator.url}/nowhere`, method: 'post' };
      const { id } = await runBulkWrite(bed, CSV, DEALS, { callback });
      return bed.call(`/crm/bulk/v8/write/${String(id)}`);
    },
    status: 200,
  },
  {
    name: 'an unknown job',
    ...JOB,
    call: (bed) => bed.call('/crm/bulk/v8/write/1'),
    status: 404,
    describedAs: 400,
  },
  {
    name: 'a mass update by ids',
    ...MASS_UPDATE,
    call: massUpdate({ data: [{ Next_Step: 'x' }], ids: ['5500000103100001001'] }),
    status: 200,
  },
  {
    name: 'a mass update by view',
    ...MASS_UPDATE_OF_RECORDS,
    method: 'post',
    call: massUpdate({ data: [{ Next_Step: 'x' }], cvid: '5500000103600000000' }),
    status: 200,
  },
  {
    name: 'the status of a mass update',
    ...MASS_UPDATE_OF_RECORDS,
    method: 'get',
    call: async (bed) => {
      const created = await massUpdate({ data: [{ Field_1: 'x' }], cvid: '5500000201600000000' }, 'Wide_Module')(bed);
      const id = String(created.body.data?.[0]?.details['job_id']);
      return bed.call(`/crm/v8/Wide_Module/actions/mass_update?job_id=${id}`);
    },
    status: 200,
  },
  {
    name: 'an empty view',
    ...MASS_UPDATE,
    call: massUpdate({ data: [{ Field_1: 'x' }], cvid: '5500000202600000000' }, 'Empty_Module'),
    status: 400,
  },
  {
    name: 'an unknown view',
    ...MASS_UPDATE,
    call: massUpdate({ data: [{ Next_Step: 'x' }], cvid: '1' }),
    status: 400,
  },
  {
    name: 'an unknown mass update',
    ...MASS_UPDATE,
    method: 'get',
    call: (bed) => bed.call('/crm/v8/Deals/actions/mass_update?job_id=1'),
    status: 400,
  },
  { name: 'a channel', ...WATCH, method: 'post', call: watch('POST', CHANNEL), status: 201 },
  {
    name: 'a channel without a URL',
    ...WATCH,
    method: 'post',
    call: watch('POST', { ...CHANNEL, notify_url: undefined }),
    status: 202,
  },
  {
    name: 'a channel with a bad id',
    ...WATCH,
    method: 'post',
    call: watch('POST', { ...CHANNEL, channel_id: 'abc' }),
    status: 202,
  },
  { name: 'a replaced channel', ...WATCH, method: 'put', call: watch('PUT', CHANNEL), status: 200 },
  {
    name: 'an unknown channel',
    ...WATCH,
    method: 'put',
    call: watch('PUT', { ...CHANNEL, channel_id: '7' }),
    status: 202,
  },
  {
    name: 'a patched channel',
    ...WATCH,
    method: 'patch',
    call: watch('PATCH', { channel_id: CHANNEL.channel_id, token: 'other' }),
    status: 200,
  },
  {
    name: 'channels',
    ...WATCH,
    method: 'get',
    call: async (bed) => {
      await watch('POST', CHANNEL)(bed);
      return bed.call('/crm/v8/actions/watch');
    },
    status: 200,
  },
  {
    name: 'a removed channel',
    ...WATCH,
    method: 'delete',
    call: async (bed) => {
      await watch('POST', CHANNEL)(bed);
      return bed.call(`/crm/v8/actions/watch?channel_ids=${CHANNEL.channel_id}`, { method: 'DELETE' });
    },
    status: 200,
  },
];
