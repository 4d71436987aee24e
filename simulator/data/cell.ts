import type { DataType } from './data-type';

/** A lookup as REST shows it. `email` only on users. */
export interface Reference {
  readonly name: string;
  readonly id: string;
  readonly email?: string;
}

export interface TagValue {
  readonly name: string;
  readonly id: string;
  readonly color_code: string | null;
}

/** The value of a field in the shape the REST API gives it; every other rendering derives from this one. */
export type CellValue = string | number | boolean | null | readonly string[] | readonly TagValue[] | Reference;

export function isReference(value: CellValue): value is Reference {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** A value as a person reads it; nothing for null. */
export function displayText(value: CellValue): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  return isReference(value) ? value.name : partTexts(value).join(', ');
}

/** The parts of a value with several: choices, or names of tags. */
export function partTexts(value: readonly (string | TagValue)[]): string[] {
  return value.map((part) => (typeof part === 'string' ? part : part.name));
}

/** Whether a value has parts: a multi-select or tags. */
export function isList(value: CellValue): value is readonly string[] | readonly TagValue[] {
  return Array.isArray(value);
}

/** RFC 4180: quoted only when it must be; an empty cell is null. */
export function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as a bulk-read cell: bare ids for lookups, tags by name, choices joined by the separator. */
export function csvCell(dataType: DataType, value: CellValue, separator: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return csvText(value);
  if (typeof value === 'object') {
    if (isReference(value)) return value.id;
    const parts = (value as readonly (string | TagValue)[]).map((part) =>
      typeof part === 'string' ? part : part.name,
    );
    return csvText(parts.join(dataType === 'multiselectpicklist' ? separator : ','));
  }
  return String(value);
}
