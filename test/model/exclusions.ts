import { isUserField, type FieldDefinition } from '../../simulator/data/field';
import type { ExactObject, ExactValue } from '../support/exact-json';
import type { Org } from '../support/org';

/** Something that the mirror is not yet held to. Each is here for a reason, and goes when the reason does. */
interface Exclusion {
  readonly reason: string;
  /** Whether the name of a reference is not compared. */
  readonly excludesName: (org: Org, field: FieldDefinition, value: ExactValue) => boolean;
}

const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason:
      'A lookup that points to a deleted record: lists of the simulator show the last name, its exports none. Which of the two Zoho does is not known.',
    excludesName: (org, field, value) => {
      const id = (value as ExactObject | null)?.['id'];
      if (field.lookupModule === undefined || isUserField(field) || typeof id !== 'string') return false;
      return org.zoho.simulation.records.find(field.lookupModule)?.store.liveRow(id) === undefined;
    },
  },
];

/** Whether the name of a reference is not compared. */
export function isNameExcluded(org: Org, field: FieldDefinition, value: ExactValue | undefined): boolean {
  return EXCLUSIONS.some(({ excludesName }) => excludesName(org, field, value ?? null));
}
