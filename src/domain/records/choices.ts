import { nearNames } from '../near-names';

/** Metadata of a field that decides which choices its values may name. */
export interface ChoiceField {
  dataType: string;
  /** `actual` is what never changes, `display` can be renamed and translated. */
  picklistValues: readonly { actual: string; display: string }[];
}

/** A picklist without a value, as Zoho writes it. */
const NO_CHOICE = '-None-';

/** Whether a value of the field is one of a list, or several. */
export function takesChoices({ dataType, picklistValues }: ChoiceField): boolean {
  return dataType === 'picklist' || takesSeveral({ dataType }) || picklistValues.length > 0;
}

/** Whether a value of the field is a list of choices. */
export function takesSeveral({ dataType }: Pick<ChoiceField, 'dataType'>): boolean {
  return dataType === 'multiselectpicklist';
}

/**
 * Actual values of choices by their other names. A name that several choices have, one of them as its actual value
 * perhaps, stands for itself.
 * @returns undefined where no choice has another name
 */
export function renamedChoices({ picklistValues }: ChoiceField): Record<string, string> | undefined {
  const names = picklistValues.flatMap(({ actual, display }) => (actual === display ? [actual] : [actual, display]));
  const meanings = new Map<string, number>();
  for (const name of names) meanings.set(name, (meanings.get(name) ?? 0) + 1);
  const renamed = picklistValues.filter(({ actual, display }) => actual !== display && meanings.get(display) === 1);
  return renamed.length > 0 ? Object.fromEntries(renamed.map(({ actual, display }) => [display, actual])) : undefined;
}

/**
 * Those of some choices that the field does not have, by either of its names. None where Zoho does not say which choices
 * there are.
 */
export function newChoices({ picklistValues }: ChoiceField, chosen: readonly unknown[]): string[] {
  if (picklistValues.length === 0) return [];
  const known = new Set([NO_CHOICE, ...picklistValues.flatMap(({ actual, display }) => [actual, display])]);
  return chosen.map(String).filter((choice) => !known.has(choice));
}

/**
 * Sentence about a choice that the field does not have, without the choice itself, which is a value of a record. In a
 * file Zoho takes a choice by its actual name alone: its display name would become a new one.
 */
export function newChoiceProblem({ picklistValues }: ChoiceField, choice: string): string {
  const shown = picklistValues.find(({ display }) => display === choice);
  if (shown) return `The picklist has this choice as ${shown.actual}, which is what a file must name`;
  const near = nearNames(
    choice,
    picklistValues.map(({ actual }) => actual),
  );
  return `The picklist does not have this choice${near.length > 0 ? `; the nearest are ${near.join(', ')}` : ''}`;
}
