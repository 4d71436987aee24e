import { newChoiceProblem, newChoices, takesSeveral, type ChoiceField } from './choices';
import { isEmptyValue } from './empty-value';

/** Metadata of a field that decides whether a mass update may set it. */
export interface MassUpdateField extends ChoiceField {
  apiName: string;
  massUpdate: boolean;
}

export interface MassUpdateChoices {
  /** Whether a multi-select gets the new list or has it added; undefined leaves it to Zoho. */
  overWrite?: boolean | undefined;
  /** Choices that a picklist does not have are sent all the same. */
  allowNewChoices?: boolean | undefined;
}

/**
 * Problems of setting these values by mass update, according to the fields' metadata; empty if there are none.
 * @param values by API name; only lists and choices are checked
 */
export function massUpdateProblems(
  module: string,
  values: Readonly<Record<string, unknown>>,
  fields: readonly MassUpdateField[],
  choices: MassUpdateChoices = {},
): { field: string; problem: string }[] {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  return Object.entries(values).flatMap(([name, value]) => {
    const field = known.get(name);
    const problem = problemOf(module, field, value, choices);
    return problem === undefined ? [] : [{ field: name, problem }];
  });
}

function problemOf(
  module: string,
  field: MassUpdateField | undefined,
  value: unknown,
  { overWrite, allowNewChoices }: MassUpdateChoices,
): string | undefined {
  if (!field) return `${module} has no such field for the connected user`;
  if (!field.massUpdate) return 'Zoho does not let mass update change this field';
  if (Array.isArray(value) && !takesSeveral(field)) return 'The field takes no list; null clears it';
  if (isEmptyValue(value)) {
    const isAddedTo = takesSeveral(field) && overWrite === false;
    return isAddedTo ? 'Nothing is cleared where choices are added: set overWrite to true' : undefined;
  }
  const [unknown] = allowNewChoices ? [] : newChoices(field, [value].flat());
  return unknown === undefined ? undefined : newChoiceProblem(field, unknown);
}
