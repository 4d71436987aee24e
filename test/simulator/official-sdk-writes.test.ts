import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../simulator';
import { ORGANIZATION, zipOf } from './bulk-write-support';
import { startReceiver } from './receiver';
import { type Sdk, signIn } from './sdk-session';
import { unzipSingle } from './support';

describe("simulator: fields, jobs and channels by Zoho's official Node SDK", () => {
  let sdk: Sdk;
  let simulator: Simulator;
  let folder: string;

  before(async () => {
    sdk = await import('@zohocrm/nodejs-sdk-8.0');
    simulator = await startSimulator({ deals: 450 });
    folder = await signIn(sdk, simulator.url);
  });

  after(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('creates a field and renames it', async () => {
    const operations = new sdk.Fields.FieldsOperations();
    const body = new sdk.Fields.BodyWrapper();
    const field = new sdk.Fields.Fields();
    field.setFieldLabel('ERP Id');
    field.setDataType('text');
    field.setLength(64);
    body.setFields([field]);
    const creation = new sdk.ParameterMap();
    await creation.add(sdk.Fields.CreateFieldParam.MODULE, 'Accounts');
    const created = (await operations.createField(body, creation)).getObject().getFields()[0];

    const change = new sdk.Fields.Fields();
    change.setId(BigInt(String(created?.getDetails().get('id'))));
    change.setFieldLabel('SAP Id');
    body.setFields([change]);
    const renaming = new sdk.ParameterMap();
    await renaming.add(sdk.Fields.UpdateFieldsParam.MODULE, 'Accounts');
    const renamed = (await operations.updateFields(body, renaming)).getObject().getFields()[0];

    assert.equal(created?.getStatus().getValue(), 'success');
    assert.equal(renamed?.getStatus().getValue(), 'success');
  });

  it('uploads a file, runs a bulk write and reads its result', async () => {
    const operations = new sdk.BulkWrite.BulkWriteOperations();
    const zip = path.join(folder, 'rows.zip');
    await writeFile(zip, await zipOf('name,stage\nFrom a file,Qualification\n'));
    const upload = new sdk.BulkWrite.FileBodyWrapper();
    upload.setFile(new sdk.StreamWrapper('', null, zip));
    const headers = new sdk.HeaderMap();
    await headers.add(sdk.BulkWrite.UploadFileHeader.FEATURE, 'bulk-write');
    await headers.add(sdk.BulkWrite.UploadFileHeader.X_CRM_ORG, ORGANIZATION);
    const uploaded = (await operations.uploadFile(upload, headers)).getObject();

    const module = new sdk.Modules.MinifiedModule();
    module.setAPIName('Deals');
    const resource = new sdk.BulkWrite.Resource();
    resource.setType(new sdk.Choice('data'));
    await resource.setModule(module);
    resource.setFileId(String(uploaded.getDetails().get('file_id')));
    resource.setFileNames(['rows.csv']);
    const mappings = ['Deal_Name', 'Stage'].map((name, index) => {
      const mapping = new sdk.BulkWrite.FieldMapping();
      mapping.setAPIName(name);
      mapping.setIndex(index);
      return mapping;
    });
    resource.setFieldMappings(mappings);
    const request = new sdk.BulkWrite.RequestWrapper();
    request.setCharacterEncoding('UTF-8');
    request.setOperation(new sdk.Choice('insert'));
    request.setResource([resource]);
    const created = (await operations.createBulkWriteJob(request)).getObject();
    const id = String(created.getDetails().get('id'));
    const job = async () => (await operations.getBulkWriteJobDetails(id)).getObject();
    while ((await job()).getStatus() !== 'COMPLETED') await new Promise((resolve) => setTimeout(resolve, 20));

    const completed = await job();
    const result = await (await operations.downloadBulkWriteResult(completed.getResult().getDownloadUrl())).getObject();
    const csv = await unzipSingle(Buffer.from(result.getFile().getStream() as Uint8Array));

    assert.equal(completed.getResource()[0]?.getFile().getAddedCount(), 1);
    assert.match(csv, /^name,stage,STATUS,RECORD_ID,ERRORS\nFrom a file,Qualification,ADDED,\d{19},\n$/);
  });

  it('updates a view and asks for its status', async () => {
    const operations = new sdk.Record.RecordOperations('Deals');
    const record = new sdk.Record.Record();
    record.addKeyValue('Next_Step', 'From the SDK');
    const body = new sdk.Record.MassUpdateBodyWrapper();
    body.setData([record]);
    body.setCvid('5500000103600000000');
    const scheduled = (await operations.massUpdateRecords(body)).getObject().getData()[0];
    const parameters = new sdk.ParameterMap();
    await parameters.add(sdk.Record.GetMassUpdateStatusParam.JOB_ID, String(scheduled?.getDetails().get('job_id')));

    const [status] = (await operations.getMassUpdateStatus(parameters)).getObject().getData();

    assert.ok(['RUNNING', 'COMPLETED'].includes(status?.getStatus().getValue() ?? ''));
  });

  it('subscribes, hears of a change, lists and unsubscribes', async () => {
    const receiver = await startReceiver();
    const operations = new sdk.Notifications.NotificationsOperations();
    const channel = new sdk.Notifications.Notification();
    channel.setChannelId('1000000068001');
    channel.setNotifyUrl(receiver.url);
    channel.setEvents(['Accounts.create']);
    channel.setToken('secret');
    const body = new sdk.Notifications.BodyWrapper();
    body.setWatch([channel]);
    const enabled = (await operations.enableNotifications(body)).getObject().getWatch()[0];

    simulator.control.changeRecords('Accounts', { insert: { count: 1 } });
    const [message] = await receiver.wait(1);
    await receiver.close();
    const listed = (await operations.getNotifications()).getObject().getWatch()[0];
    const parameters = new sdk.ParameterMap();
    await parameters.add(sdk.Notifications.DeleteNotificationParam.CHANNEL_IDS, '1000000068001');
    const disabled = (await operations.deleteNotification(parameters)).getObject().getWatch()[0];

    assert.equal(enabled?.getStatus().getValue(), 'success');
    assert.equal(message?.['token'], 'secret');
    assert.deepEqual(listed?.getEvents(), ['Accounts.create']);
    assert.equal(disabled?.getStatus().getValue(), 'success');
  });
});
