import type { CellValue } from './cell';

/** The data types of Zoho's documentation (Fields Metadata) that the simulator generates. */
export type DataType =
  | 'text'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'website'
  | 'picklist'
  | 'multiselectpicklist'
  | 'lookup'
  | 'ownerlookup'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'autonumber'
  | 'formula';

/** How a value follows from others of the same record. */
export interface Derivation {
  readonly inputs: readonly string[];
  /** Takes the values of the inputs, in their order. */
  readonly from: (values: readonly CellValue[]) => CellValue;
}

/** What a module's author says about a field; the metadata document is derived from it. */
export interface FieldDefinition {
  readonly apiName: string;
  readonly label: string;
  readonly dataType: DataType;
  readonly custom: boolean;
  readonly mandatory?: boolean;
  /** Nobody can write it: audit fields, formulas, autonumbers. */
  readonly readOnly?: boolean;
  readonly unique?: boolean;
  readonly length?: number;
  readonly decimals?: number;
  readonly options?: readonly string[];
  readonly lookupModule?: string;
  readonly formula?: { readonly returnType: string; readonly expression: string };
  readonly autonumberPrefix?: string;
  /** The CRM works the value out from other fields of the record; what clients write is passed over. */
  readonly derived?: Derivation;
  /** Metadata leaves `json_type` out, as the real API does on some fields. */
  readonly withoutJsonType?: boolean;
  /** Bulk read answers FIELD_NOT_AVAILABLE although the metadata lists the field. */
  readonly refusedByBulkRead?: boolean;
}

/** Where a field's values may be compared and ordered as numbers. */
export function isNumeric(field: FieldDefinition): boolean {
  return ['integer', 'bigint', 'double', 'currency', 'percent', 'formula'].includes(field.dataType);
}

export function isLookup(field: FieldDefinition): boolean {
  return field.dataType === 'lookup' || field.dataType === 'ownerlookup';
}
