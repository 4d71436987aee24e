import { z } from 'zod';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, ZohoError } from '../errors/errors';
import { type Refusal, refusalOf } from '../errors/refusal';
import { decode } from '../http/decode';
import { checkCount } from '../http/request-limits';
import { errorOfItem } from '../http/response';
import type { CallOptions, ZohoRequest, ZohoTransport } from '../http/transport';
import { type CustomFieldChange, customFieldChangeProblems } from './custom-field-change';
import { type CustomFieldDefinition, customFieldProblems, type PicklistOption } from './custom-field-definition';
import type { ZohoField } from './fields';

/** Outcome for one custom field. Zoho does not return the API name it derived: read the fields again. */
export type CustomFieldOutcome = { status: 'success'; id: string } | Refusal;

const FIELDS_PATH = '/crm/v8/settings/fields';

const Done = z.object({ details: z.object({ id: z.string() }) });

/**
 * Creates up to five custom fields (Zoho's documentation: Create Custom Field). Not idempotent, but a repeated label is
 * refused as `duplicate`.
 *
 * @returns one outcome for each definition, in order.
 * @throws ZohoError `validation` INVALID_FIELD_DEFINITION before the call for a definition Zoho would not take;
 *   `request_bug` for more than five; the categories of every call if it failed as a whole.
 */
export async function createCustomFields(
  transport: ZohoTransport,
  module: string,
  definitions: readonly CustomFieldDefinition[],
  options?: CallOptions,
): Promise<CustomFieldOutcome[]> {
  const label = { operation: 'create_fields', module } as const;
  checkCount(label, definitions.length, LIMITS.customFields.perCall, 'custom fields');
  for (const [place, definition] of definitions.entries()) refuse(label, place, customFieldProblems(definition));
  const request = { ...label, path: FIELDS_PATH, query: { module }, body: { fields: definitions.map(toWire) } };
  return send(transport, request, definitions.length, options);
}

/**
 * Changes up to five custom fields (Zoho's documentation: Update Custom Field). Idempotent but for added options.
 *
 * @param changes each with the field as it is now, by which it is checked that no data is lost.
 * @returns one outcome for each change, in order.
 * @throws ZohoError as `createCustomFields`.
 */
export async function updateCustomFields(
  transport: ZohoTransport,
  module: string,
  changes: readonly { current: ZohoField; change: CustomFieldChange }[],
  options?: CallOptions,
): Promise<CustomFieldOutcome[]> {
  const label = { operation: 'update_fields', module } as const;
  checkCount(label, changes.length, LIMITS.customFields.perCall, 'custom fields');
  for (const [place, { current, change }] of changes.entries()) {
    refuse(label, place, customFieldChangeProblems(current, change));
  }
  const fields = changes.map(({ current, change }) => ({ id: current.id, ...changeToWire(change) }));
  const request = { ...label, method: 'PATCH', path: FIELDS_PATH, query: { module }, body: { fields } } as const;
  return send(transport, request, changes.length, options);
}

async function send(
  transport: ZohoTransport,
  request: ZohoRequest,
  count: number,
  options: CallOptions | undefined,
): Promise<CustomFieldOutcome[]> {
  return transport.items(request, { key: 'fields', count }, options, (items, { status }) =>
    items.map((item): CustomFieldOutcome => {
      const error = errorOfItem(request, status, item);
      if (error) return refusalOf(error);
      return { status: 'success', id: decode(Done, item, request, status).details.id };
    }),
  );
}

function refuse(label: CallLabel, place: number, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const reason = `not sent: of field ${place + 1}, ${problems.join('; ')}`;
  throw new ZohoError({ ...label, category: 'validation', code: 'INVALID_FIELD_DEFINITION', reason });
}

function toWire(definition: CustomFieldDefinition): object {
  const { textareaSize, picklistValues, globalPicklist, lookup, formula, autoNumber, unique, externalId } = definition;
  return {
    field_label: definition.label,
    data_type: definition.dataType,
    length: definition.length,
    decimal_place: definition.decimalPlace,
    textarea: textareaSize && { type: textareaSize },
    pick_list_values: picklistValues?.map(optionToWire),
    global_picklist: globalPicklist === undefined ? undefined : { id: globalPicklist },
    lookup: lookup && { module: { api_name: lookup.module }, display_label: lookup.displayLabel },
    formula: formula && { expression: formula.expression, return_type: formula.returnType },
    auto_number: autoNumber && {
      start_number: autoNumber.startNumber,
      prefix: autoNumber.prefix,
      suffix: autoNumber.suffix,
    },
    currency:
      definition.dataType === 'currency'
        ? { rounding_option: 'normal', precision: definition.decimalPlace ?? 2 }
        : undefined,
    unique: unique && { case_sensitive: unique.caseSensitive },
    external: externalId && { type: externalId, show: true },
    tooltip: tooltipToWire(definition.tooltip),
    default_value: definition.defaultValue,
  };
}

function changeToWire({ label, length, decimalPlace, unique, picklistValues, tooltip }: CustomFieldChange): object {
  const { add = [], rename = [], remove = [] } = picklistValues ?? {};
  return {
    field_label: label,
    length,
    decimal_place: decimalPlace,
    unique: unique === null ? { _disable: true } : unique && { case_sensitive: unique.caseSensitive },
    pick_list_values: picklistValues && [
      ...add.map(optionToWire),
      ...rename.map(({ id, display }) => ({ id, display_value: display })),
      ...remove.map((id) => ({ id, _delete: null })),
    ],
    tooltip: tooltipToWire(tooltip),
  };
}

function optionToWire({ display, actual }: PicklistOption): object {
  return { display_value: display, actual_value: actual ?? display };
}

function tooltipToWire(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  return { name: text.length > LIMITS.customFields.tooltipBesideField ? 'info_icon' : 'static_text', value: text };
}
