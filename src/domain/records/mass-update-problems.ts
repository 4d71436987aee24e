/** Metadata of a field that decides whether a mass update may set it. */
export interface MassUpdateField {
  apiName: string;
  dataType: string;
  massUpdate: boolean;
  picklistValues: readonly { actual: string; display: string }[];
}

/**
 * Problems of setting these values by mass update, according to the fields' metadata; empty if there are none.
 * @param values by API name; only picklist options are checked
 */
export function massUpdateProblems(
  module: string,
  values: Readonly<Record<string, unknown>>,
  fields: readonly MassUpdateField[],
): { field: string; problem: string }[] {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  return Object.entries(values).flatMap(([name, value]) => {
    const field = known.get(name);
    const problem = problemOf(module, field, value);
    return problem === undefined ? [] : [{ field: name, problem }];
  });
}

function problemOf(module: string, field: MassUpdateField | undefined, value: unknown): string | undefined {
  if (!field) return `${module} has no such field for the connected user`;
  if (!field.massUpdate) return 'Zoho does not let mass update change this field';
  if (value === null || field.picklistValues.length === 0) return undefined;
  const choices = new Set(field.picklistValues.flatMap(({ actual, display }) => [actual, display]));
  const unknown = (Array.isArray(value) ? value : [value]).filter((choice) => !choices.has(String(choice)));
  return unknown.length === 0 ? undefined : 'The picklist does not have this choice';
}
