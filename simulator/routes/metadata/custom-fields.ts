import { FieldPath } from '../../fields/field-error';
import { ApiError, paramMissing, unparsable } from '../../http/api-error';
import { type Exchange, isObject, json, jsonBody, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import type { OpenModule } from '../../store/records';
import { readSwitch } from '../../switches';

const MAX_UPDATED = 100;

type Input = Readonly<Record<string, unknown>>;

/** `POST /settings/fields?module=` (Create Custom Fields). */
export function createFields(simulation: Simulation, exchange: Exchange): Reply {
  const opened = fieldsModule(simulation, exchange);
  const items = inputs(exchange, readSwitch(simulation, 'fieldsPerCreateCall')).map((input, place) =>
    attempt('field created', () => simulation.customFields.create(opened, input, place)),
  );
  return positional(items, 201);
}

/** `PATCH /settings/fields?module=` (Update Custom Fields): every element names its `id`. */
export function updateFields(simulation: Simulation, exchange: Exchange): Reply {
  const opened = fieldsModule(simulation, exchange);
  const items = inputs(exchange, MAX_UPDATED).map((input, place) =>
    attempt('field updated', () => {
      const path = new FieldPath(`$.fields[${place}]`);
      const { id } = input;
      if (id === undefined || id === null) throw path.mandatory('id');
      if (typeof id !== 'string') throw path.invalid('id', { expected_data_type: 'bigint' });
      simulation.customFields.change(opened, id, input, path);
      return id;
    }),
  );
  return positional(items, 200);
}

/** `PATCH /settings/fields/{id}?module=`. */
export function updateField(simulation: Simulation, exchange: Exchange): Reply {
  const opened = fieldsModule(simulation, exchange);
  const id = exchange.params['field'] ?? '';
  const [input = {}] = inputs(exchange, 1);
  const path = new FieldPath('$.fields[0]');
  const item = attempt('field updated', () => {
    simulation.customFields.change(opened, id, input, path);
    return id;
  });
  return positional([item], 200);
}

/** `DELETE /settings/fields/{id}?module=` (Delete Custom Field). Errors are not wrapped. */
export function deleteField(simulation: Simulation, exchange: Exchange): Reply {
  const id = exchange.params['field'] ?? '';
  simulation.customFields.remove(fieldsModule(simulation, exchange), id);
  return json(200, { fields: [{ code: 'SUCCESS', details: { id }, message: 'field deleted', status: 'success' }] });
}

function fieldsModule({ records }: Simulation, { query }: Exchange): OpenModule {
  const name = query.get('module');
  if (name === null || name === '') throw paramMissing('module');
  return records.open(name);
}

function inputs(exchange: Exchange, most: number): Input[] {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw unparsable();
  const { fields } = body;
  const path = new FieldPath('$');
  if (fields === undefined) throw path.mandatory('fields');
  if (!Array.isArray(fields) || !fields.every(isObject)) {
    throw path.invalid('fields', { expected_data_type: 'jsonarray' });
  }
  if (fields.length === 0) throw path.invalid('fields', { minimum_length: 1 });
  if (fields.length > most) throw path.invalid('fields', { maximum_length: most });
  return fields;
}

function attempt(message: string, act: () => string): Input {
  try {
    return { code: 'SUCCESS', details: { id: act() }, message, status: 'success' };
  } catch (error) {
    if (error instanceof ApiError) return error.envelope();
    throw error;
  }
}

/** `allOk` when every field succeeded, 400 when none did, 207 between. */
function positional(items: readonly Input[], allOk: 200 | 201): Reply {
  const failed = items.filter(({ status }) => status === 'error').length;
  return json(failed === 0 ? allOk : failed === items.length ? 400 : 207, { fields: items });
}
