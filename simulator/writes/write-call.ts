import { ApiError, invalidData, unparsable } from '../http/api-error';
import { type Exchange, isObject, jsonBody } from '../http/exchange';
import type { ExternalFields } from '../store/external-fields';
import type { OpenModule } from '../store/records';
import { readSwitch, type Switched } from '../switches';
import { systemCheckField } from './find-duplicate';

export const MAX_RECORDS = 100;

/** A record as it was sent. */
export type Input = Readonly<Record<string, unknown>>;

/** The body of a write call. */
export interface WriteCall {
  readonly inputs: readonly Input[];
  /** Where an upsert looks for the record, in this order. */
  readonly checkFields: readonly string[];
  /** Whether workflows run: also when `trigger` is left out, but not when it names none. */
  readonly automates: boolean;
}

type Organization = Switched & { readonly externalFields: ExternalFields };

/** @throws ApiError when the body is not a list of 1 to 100 records, or names a field that cannot tell records apart */
export function readWriteCall(organization: Organization, opened: OpenModule, exchange: Exchange): WriteCall {
  const body = jsonBody(exchange);
  if (!isObject(body)) throw unparsable();
  const { data, trigger, duplicate_check_fields: fields } = body;
  const path = { api_name: 'data', json_path: '$.data' };
  if (data === undefined) throw new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', path);
  if (!Array.isArray(data) || !data.every(isObject)) throw unparsable();
  if (data.length === 0) throw invalidData('invalid data', { ...path, minimum_length: 1 });
  if (data.length > MAX_RECORDS) throw tooManyRecords('data');
  return {
    inputs: data,
    checkFields: readCheckFields(organization, opened, fields),
    automates: !Array.isArray(trigger) || trigger.includes('workflow'),
  };
}

/** The fields of the body in their order; the module's own first, then its unique ones, where it names none. */
function readCheckFields(organization: Organization, opened: OpenModule, fields: unknown): string[] {
  const { module } = opened;
  const unique = module.columns.filter(
    (column) => column.field.unique || organization.externalFields.typeOf(module, column) !== undefined,
  );
  const standard = [...new Set([systemCheckField(opened), ...unique.map(({ field }) => field.apiName)])];
  if (!Array.isArray(fields)) return standard;
  const names = fields.map(String);
  if (readSwitch(organization, 'upsertCheckFields') === 'any') return names;
  const place = names.findIndex((name) => !standard.includes(name));
  if (place < 0) return names;
  const path = `$.duplicate_check_fields[${place}]`;
  throw invalidData('invalid data', {
    api_name: 'duplicate_check_fields',
    json_path: path,
    supported_values: standard,
  });
}

export function tooManyRecords(apiName: string): ApiError {
  const details = { maximum_length: MAX_RECORDS, api_name: apiName };
  return new ApiError(400, 'LIMIT_EXCEEDED', 'count of records in your request exceeds the limit', details);
}
