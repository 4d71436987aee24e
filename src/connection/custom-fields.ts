import type { Knex } from 'knex';
import {
  getFieldModification,
  insertFieldModification,
  closeFieldModification,
  type FieldModificationEnd,
  type NewFieldModification,
} from '../db/connections/field-modifications';
import type { ConnectionModel } from '../db/models/connection';
import type { FieldModificationModel } from '../db/models/field-modification';
import { ZohoError } from '../zoho/errors/errors';
import type { CallOptions, ZohoTransport } from '../zoho/http/transport';
import type { CustomFieldChange } from '../zoho/metadata/custom-field-change';
import type { CustomFieldDefinition } from '../zoho/metadata/custom-field-definition';
import { createCustomFields, type CustomFieldOutcome, updateCustomFields } from '../zoho/metadata/custom-fields';
import { getFields, type ZohoField } from '../zoho/metadata/fields';
import { retryExpired, type ZohoCalls } from './call';

/** The module whose fields change, and who changes them. */
export interface FieldRequest {
  connection: ConnectionModel;
  /** API name. */
  module: string;
  /** As in the audit log. */
  actor: string;
}

export interface ModifiedField {
  /** The field after the change; null if it could not be read again. */
  field: ZohoField | null;
  modification: FieldModificationModel;
}

/**
 * Creates a custom field (Zoho's documentation: Create Custom Field) and keeps who did it. Not idempotent, but Zoho
 * refuses a label that is taken.
 *
 * @throws ZohoError `validation` before the call for a definition that Zoho would not take; for what Zoho refuses the
 *   category of the refusal.
 */
export async function createField(
  knex: Knex,
  zoho: ZohoCalls,
  request: FieldRequest,
  definition: CustomFieldDefinition,
): Promise<ModifiedField> {
  const { transport, options } = zoho;
  return modify(knex, zoho, request, { action: 'create', requested: definition }, () =>
    createCustomFields(transport, request.module, [definition], options),
  );
}

/**
 * Changes a custom field as far as no data is lost (Zoho's documentation: Update Custom Field) and keeps who did it,
 * with the field before and after. Idempotent but for added options.
 *
 * @param fieldId Zoho's id of the field.
 * @throws ZohoError `not_found` for a field that is not there; else as `createField`.
 */
export async function updateField(
  knex: Knex,
  zoho: ZohoCalls,
  request: FieldRequest,
  fieldId: string,
  change: CustomFieldChange,
): Promise<ModifiedField> {
  const { transport, options } = zoho;
  const { module } = request;
  const current = await retryExpired(zoho, () => findField(transport, module, fieldId, options));
  const entry = { action: 'update', requested: change, fieldId, before: current } as const;
  return modify(knex, zoho, request, entry, () =>
    updateCustomFields(transport, module, [{ current, change }], options),
  );
}

async function modify(
  knex: Knex,
  zoho: ZohoCalls,
  { connection, module, actor }: FieldRequest,
  entry: Pick<NewFieldModification, 'action' | 'requested' | 'fieldId' | 'before'>,
  send: () => Promise<CustomFieldOutcome[]>,
): Promise<ModifiedField> {
  const { transport, options } = zoho;
  const id = await insertFieldModification(knex, { ...entry, connectionId: connection.id, moduleName: module, actor });
  const close = (end: FieldModificationEnd): Promise<void> => closeFieldModification(knex, id, end);
  try {
    const fieldId = idOf(await retryExpired(zoho, send), `${entry.action}_fields`, module);
    const field = await readAgain(transport, module, fieldId, options);
    await close({ outcome: 'succeeded', fieldId, after: field ?? undefined });
    return { field, modification: await getFieldModification(knex, id) };
  } catch (error) {
    if (error instanceof ZohoError) await close(endOf(error));
    throw error;
  }
}

/** @throws ZohoError with the reason of the refusal */
function idOf([outcome]: readonly CustomFieldOutcome[], operation: string, module: string): string {
  if (outcome?.status === 'success') return outcome.id;
  const { category = 'server', code = 'UNEXPECTED_ANSWER', details = {}, fieldName, errors = [] } = outcome ?? {};
  const what = [fieldName, ...Object.values(details).filter((detail) => typeof detail === 'string')].filter(Boolean);
  const others = errors.slice(1).map((other) => `; ${[other.code, other.fieldName ?? []].flat().join(' ')}`);
  const reason = `Zoho refused the field with ${code}${what.length === 0 ? '' : ` (${what.join(', ')})`}${others.join('')}`;
  throw new ZohoError({
    operation,
    module,
    category,
    code,
    reason,
    details,
    errors,
    fieldName: fieldName ?? undefined,
  });
}

/** Reads the changed field. A failure to read is no failure of the change, which has happened. */
async function readAgain(
  transport: ZohoTransport,
  module: string,
  fieldId: string,
  options: CallOptions,
): Promise<ZohoField | null> {
  try {
    return await findField(transport, module, fieldId, options);
  } catch (error) {
    if (error instanceof ZohoError) return null;
    throw error;
  }
}

async function findField(
  transport: ZohoTransport,
  module: string,
  fieldId: string,
  options: CallOptions,
): Promise<ZohoField> {
  const field = (await getFields(transport, module, options)).find(({ id }) => id === fieldId);
  if (field) return field;
  const reason = `the module has no field ${fieldId}, or the connected user may not see it`;
  throw new ZohoError({ operation: 'get_fields', module, category: 'not_found', code: 'NO_FIELD', reason });
}

function endOf({ category, code, message }: ZohoError): FieldModificationEnd {
  const outcome = category === 'network' || category === 'server' ? 'unknown' : 'refused';
  return { outcome, errorCode: code, errorMessage: message };
}
