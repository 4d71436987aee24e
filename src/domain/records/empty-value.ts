/**
 * Whether a value of a record is none: null, a blank text, or a list of nothing but such. In a file it is an empty cell,
 * and of a list every choice is taken away.
 */
export function isEmptyValue(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) ? value.every(isEmptyValue) : value === null;
}
