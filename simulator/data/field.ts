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
