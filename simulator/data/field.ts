import type { CellValue } from './cell';
import { type DataType, kindOf } from './data-type';

/** Derivation of a value from others of the same record. */
export interface Derivation {
  readonly inputs: readonly string[];
  /** Takes the values of the inputs, in their order. */
  readonly from: (values: readonly CellValue[]) => CellValue;
}

/** Definition of a field by the author of its module; the metadata document is derived from it. */
export interface FieldDefinition {
  readonly apiName: string;
  readonly label: string;
  readonly dataType: DataType;
  readonly custom: boolean;
  readonly mandatory?: boolean;
  /** Not writable: audit fields, formulas, autonumbers. */
  readonly readOnly?: boolean;
  readonly unique?: boolean;
  readonly length?: number;
  readonly decimals?: number;
  readonly options?: readonly string[];
  readonly lookupModule?: string;
  readonly formula?: { readonly returnType: string; readonly expression: string };
  readonly autonumberPrefix?: string;
  readonly autonumberSuffix?: string;
  /** The number of the module's first row; 1, and seven digits at least, when left out. */
  readonly autonumberFirst?: number;
  /** The CRM works the value out from other fields of the record; what clients write is passed over. */
  readonly derived?: Derivation;
  /** Value of new records where nothing is written. */
  readonly defaultValue?: CellValue;
  /** The metadata id; by the place among the generated fields when left out. */
  readonly id?: string;
  /** Keys of the metadata document that were given when the field was created or changed. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Metadata of v2 leaves `json_type` out. */
  readonly withoutJsonTypeInV2?: boolean;
  /** Bulk read answers FIELD_NOT_AVAILABLE although the metadata lists the field. */
  readonly refusedByBulkRead?: boolean;
}

export function isLookup(field: FieldDefinition): boolean {
  return kindOf(field.dataType) === 'reference';
}

/** Longest text of a multi-line field that is not rich. */
const LARGE_TEXT = 32_000;

/** A multi-line text with formatting, which lists cut. */
export function isRichText({ dataType, length = 0 }: FieldDefinition): boolean {
  return dataType === 'textarea' && length > LARGE_TEXT;
}

/** The field with the tags of a record. */
export function isTagField({ apiName }: FieldDefinition): boolean {
  return apiName === 'Tag';
}

/** A field that holds a user of the organization. */
export function isUserField(field: FieldDefinition): boolean {
  return field.dataType === 'ownerlookup' || field.dataType === 'userlookup';
}

/** Value of an autonumber field in a row. */
export function autonumberOf(field: FieldDefinition, row: number): string {
  const { autonumberPrefix = '', autonumberSuffix = '', autonumberFirst } = field;
  const digits =
    autonumberFirst === undefined ? String(row + 1).padStart(7, '0') : String(Math.max(autonumberFirst + row, 0));
  return autonumberPrefix + digits + autonumberSuffix;
}
