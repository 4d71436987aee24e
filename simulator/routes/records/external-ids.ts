import type { Column } from '../../data/column';
import { type ApiError, invalidData } from '../../http/api-error';
import { type Exchange, header, isObject, jsonBody } from '../../http/exchange';
import { idText, toJson } from '../../http/json-numbers';
import type { Simulation } from '../../simulation';
import type { OpenModule } from '../../store/records';
import { readSwitch } from '../../switches';
import { findByValue } from '../../writes/find-duplicate';
import { nameList } from '../parameters';

/** An external field in the place of the id of the module's own records, or of those a lookup leads to. */
interface Replacement {
  readonly lookup?: string;
  readonly target: OpenModule;
  readonly column: Column;
}

/**
 * A call as it would be with record ids in place of the external ids that `X-EXTERNAL: Module.Field` announces: in the
 * path, in `ids`, in `id` of the records of a body and, where that is switched on, in lookups
 * (`Module.Lookup.Field`). A value that no record has stays, and is then no valid id.
 *
 * @throws ApiError INVALID_DATA when the header names no external field of the module
 */
export function withRecordIds(simulation: Simulation, exchange: Exchange): Exchange {
  const text = header(exchange, 'x-external');
  const { module } = exchange.params;
  if (text === undefined || module === undefined) return exchange;
  const opened = simulation.records.open(module);
  const replacements = nameList(text).map((name) => replacementOf(simulation, opened, name));
  const own = replacements.find(({ lookup }) => lookup === undefined);
  const query = new URLSearchParams(exchange.query);
  const ids = query.get('ids');
  if (own && ids !== null)
    query.set(
      'ids',
      nameList(ids)
        .map((id) => recordId(own, id))
        .join(),
    );
  const { id } = exchange.params;
  return {
    ...exchange,
    query,
    params: { ...exchange.params, ...(own && id !== undefined && { id: recordId(own, id) }) },
    body: bodyWithIds(exchange, replacements),
  };
}

function replacementOf(simulation: Simulation, opened: OpenModule, name: string): Replacement {
  const [module = '', ...path] = name.split('.');
  const isOfModule = module.toLowerCase() === opened.module.apiName.toLowerCase();
  if (!isOfModule || path.length < 1 || path.length > 2) throw invalidHeader(name);
  const [fieldName = '', lookup] = path.reverse();
  const target = lookup === undefined ? opened : lookupTarget(simulation, opened, lookup);
  const column = target?.module.column(fieldName);
  if (!target || !column || !simulation.externalFields.typeOf(target.module, column)) throw invalidHeader(name);
  return { ...(lookup !== undefined && { lookup }), target, column };
}

/** The module a lookup leads to, where external ids are taken in lookups. */
function lookupTarget(simulation: Simulation, { module }: OpenModule, lookup: string): OpenModule | undefined {
  if (!readSwitch(simulation, 'externalIdsInLookups')) return undefined;
  const target = module.column(lookup)?.field.lookupModule;
  return target === undefined ? undefined : simulation.records.find(target);
}

function invalidHeader(name: string): ApiError {
  return invalidData('the external field given seems to be invalid', { header_name: 'X-EXTERNAL', api_name: name });
}

function recordId({ target, column }: Replacement, value: string): string {
  const row = findByValue(target, column, value);
  return row === undefined ? value : target.module.idOf(row);
}

function bodyWithIds(exchange: Exchange, replacements: readonly Replacement[]): Buffer {
  const body = jsonBody(exchange);
  if (!isObject(body) || !Array.isArray(body['data'])) return exchange.body;
  const data = body['data'].map((record: unknown) => (isObject(record) ? recordWithIds(record, replacements) : record));
  return Buffer.from(toJson({ ...body, data }), 'utf8');
}

function recordWithIds(
  record: Readonly<Record<string, unknown>>,
  replacements: readonly Replacement[],
): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...record };
  for (const replacement of replacements) {
    const { lookup } = replacement;
    if (lookup === undefined) {
      const id = idText(changed['id']);
      if (id !== undefined) changed['id'] = recordId(replacement, id);
      continue;
    }
    const value = changed[lookup];
    const id = idText(isObject(value) ? value['id'] : value);
    if (id !== undefined) changed[lookup] = { id: recordId(replacement, id) };
  }
  return changed;
}
