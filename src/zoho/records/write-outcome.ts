import { z } from 'zod';
import type { CallLabel, ZohoError } from '../errors/errors';
import { type Refusal, refusalOf } from '../errors/refusal';
import { decode, optionalText } from '../http/decode';
import { errorOfItem } from '../http/response';

/** Outcome for one input of a call that takes several: the answer has them in the order of the inputs. */
export type WriteOutcome = RecordWritten | RecordRefused;

export interface RecordWritten {
  status: 'success';
  id: string;
  action: 'insert' | 'update' | 'delete';
  /** ISO 8601 with offset, whole seconds; null for a delete. The mark by which the change is known when it is read. */
  modifiedTime: string | null;
  createdTime: string | null;
  /** Id of the user in whose name it was written. */
  modifiedBy: string | null;
  /** The field by which an upsert found the record it updated. */
  duplicateField: string | null;
}

export interface RecordRefused extends Refusal {
  /** The record that already has the value, where one of the errors is a `duplicate`. */
  duplicateRecordId: string | null;
  /** Current record, for `conflict`: time and author of the change made after the time that was given. */
  current: { id: string | null; modifiedTime: string | null; modifiedBy: string | null } | null;
}

const Person = z
  .object({ id: z.string() })
  .transform(({ id }) => id)
  .nullable()
  .catch(null);
const time = z
  .string()
  .regex(/^[\d:T.Z+-]{19,35}$/)
  .nullable()
  .catch(null);

const Written = z.object({
  details: z.object({
    id: z.string(),
    Modified_Time: time.optional(),
    Created_Time: time.optional(),
    Modified_By: Person.optional(),
  }),
  action: z.enum(['insert', 'update']).nullish().catch(null),
  duplicate_field: optionalText,
});

const Current = z.object({
  details: z
    .object({ id: optionalText, Modified_Time: time.optional(), Modified_By: Person.optional() })
    .catch({ id: null }),
});

/** The record that has the value already; Zoho names it in one of two places. */
const Duplicate = z.object({ id: optionalText, duplicate_record: Person.optional() }).catch({ id: null });

/**
 * Reads one item of a write's answer (Zoho's documentation: Insert Records, Upsert Records, Delete Records).
 *
 * @param action what the call does; an upsert's item says itself whether it inserted.
 * @throws ZohoError `server` for a success without an id.
 */
export function writeOutcome(
  label: CallLabel,
  status: number,
  item: unknown,
  action: RecordWritten['action'],
): WriteOutcome {
  const error = errorOfItem(label, status, item);
  if (error) return refused(error, item);
  const written = decode(Written, item, label, status);
  return {
    status: 'success',
    id: written.details.id,
    action: written.action ?? action,
    modifiedTime: written.details.Modified_Time ?? null,
    createdTime: written.details.Created_Time ?? null,
    modifiedBy: written.details.Modified_By ?? null,
    duplicateField: written.duplicate_field,
  };
}

function refused(error: ZohoError, item: unknown): RecordRefused {
  const { id, Modified_Time = null, Modified_By = null } = Current.catch({ details: { id: null } }).parse(item).details;
  return {
    ...refusalOf(error),
    duplicateRecordId: duplicateIn(error),
    current: error.category === 'conflict' ? { id, modifiedTime: Modified_Time, modifiedBy: Modified_By } : null,
  };
}

function duplicateIn({ errors }: ZohoError): string | null {
  const found = errors.find(({ category }) => category === 'duplicate');
  const { id, duplicate_record: other } = Duplicate.parse(found?.details ?? {});
  return other ?? id;
}
