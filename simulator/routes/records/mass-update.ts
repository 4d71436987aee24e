import { ApiError, invalidData } from '../../http/api-error';
import { type Exchange, isObject, json, jsonBody, type Reply } from '../../http/exchange';
import { type MassUpdateRequest, readMassUpdate } from '../../mass-update/request';
import { writeRow } from '../../mass-update/write-row';
import type { Simulation } from '../../simulation';
import { RecordEditor } from '../../store/record-editor';
import type { OpenModule } from '../../store/records';
import { readSwitch } from '../../switches';
import { type Outcome, positional, recordError } from '../../writes/outcome';
import { recordStamps } from '../../writes/record-stamps';

/** Editions that update whole views (Mass Update Records). */
const EDITIONS_WITH_VIEWS = ['enterprise', 'ultimate'];
const RECORDS_PER_PRICE = 100;

/** Zoho does not publish the price. */
export function massUpdateCredits(exchange: Exchange, simulation: Simulation): number {
  const body = jsonBody(exchange);
  const ids = isObject(body) ? body['ids'] : undefined;
  if (!Array.isArray(ids)) return readSwitch(simulation, 'massUpdateCreditsByView');
  const hundreds = Math.max(1, Math.ceil(ids.length / RECORDS_PER_PRICE));
  return hundreds * readSwitch(simulation, 'massUpdateCreditsPer100Ids');
}

/** `POST /{module}/actions/mass_update`: at once with ids, as a job with a view. */
export function massUpdate(simulation: Simulation, exchange: Exchange): Reply {
  const opened = simulation.records.open(exchange.params['module'] ?? '');
  const request = readMassUpdate(simulation, opened, exchange);
  const { target } = request;
  if ('ids' in target) return updateIds(simulation, opened, target.ids, request);
  if (!EDITIONS_WITH_VIEWS.includes(simulation.options.edition)) {
    const message = 'Scheduled Mass Operation feature is not available in your edition';
    throw new ApiError(400, 'FEATURE_NOT_SUPPORTED', message);
  }
  const job = simulation.massUpdates.schedule(opened, target.cvid, request);
  const message = 'mass update scheduled successfully';
  return json(200, { data: [{ code: 'SUCCESS', details: { job_id: job.id }, message, status: 'success' }] });
}

/** `GET /{module}/actions/mass_update?job_id=` (Get Mass Update Status). */
export function getMassUpdate(simulation: Simulation, { params, query }: Exchange): Reply {
  const { module } = simulation.records.open(params['module'] ?? '');
  const id = query.get('job_id');
  if (id === null) throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'required param not found', { param_name: 'job_id' });
  const job = simulation.massUpdates.get(module.apiName, id);
  if (!job) throw invalidData('The jobid given seems to be invalid', { param_name: 'job_id' });
  const document = {
    Status: job.status,
    Failed_Count: job.failed,
    Updated_Count: job.updated,
    Not_Updated_Count: job.notUpdated,
    Total_Count: job.total,
  };
  return json(200, { data: [document] });
}

function updateIds(
  simulation: Simulation,
  opened: OpenModule,
  ids: readonly string[],
  request: MassUpdateRequest,
): Reply {
  const editor = new RecordEditor(simulation, opened);
  const outcomes = ids.map((id, place): Outcome => {
    const path = { id, api_name: 'id', json_path: `$.ids[${place}]` };
    const row = opened.store.liveRow(id);
    if (row === undefined) return recordError('INVALID_DATA', 'the id given seems to be invalid', path);
    if (opened.store.isConverted(row)) return recordError('CONVERTED_RECORD', 'the record is converted', path);
    writeRow(editor, row, request);
    return { code: 'SUCCESS', details: recordStamps(opened, row), message: 'record updated', status: 'success' };
  });
  return positional(outcomes, 200);
}
