/** Keys of Zoho's request beside its records, by the names that ours has for them. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  duplicate_check_fields: 'duplicateCheckFields',
  trigger: 'trigger',
};

/**
 * JSON pointer into the body of a write (RFC 6901) for a path that Zoho names in its own request, such as
 * `$.data[3].Lines[0].Qty`; null for a path that the caller's request does not have.
 * @param positionOf position in the caller's request of a record of Zoho's, where they differ
 */
export function recordPointer(
  jsonPath: string | null,
  positionOf: (index: number) => number | undefined = (index) => index,
): string | null {
  const [key = '', ...parts] = segmentsOf(jsonPath ?? '');
  const [index, ...rest] = parts;
  if (key === 'data' && index !== undefined)
    return ['#/records', positionOf(Number(index)) ?? index, ...rest].join('/');
  const name = Object.hasOwn(OWN_NAMES, key) ? OWN_NAMES[key] : undefined;
  return name === undefined ? null : [`#/${name}`, ...parts].join('/');
}

function segmentsOf(jsonPath: string): string[] {
  return jsonPath.startsWith('$') ? (jsonPath.slice(1).match(/[^.[\]]+/g) ?? []) : [];
}
