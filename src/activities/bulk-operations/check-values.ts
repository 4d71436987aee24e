import { saveItemOutcomes } from '../../db/bulk-operations/bulk-operation-items';
import {
  allowsNewChoices,
  findComposedValues,
  findNewChoices,
  type NewChoice,
} from '../../db/bulk-operations/item-values';
import { isReference } from '../../domain/records/bulk-write-columns';
import { newChoiceProblem, takesChoices, takesSeveral } from '../../domain/records/choices';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { OperationTarget } from '../../temporal/contract/targets';
import type { ZohoField } from '../../zoho/metadata/fields';
import type { ActivityDependencies } from '../dependencies';

/** Of wrong choices, and of records that have one, in a message; the results name every record. */
const MAX_SHOWN = 5;
const OUTCOMES_PER_STATEMENT = 1_000;

/**
 * Holds the values of a bulk write against what Zoho would take in silence: a choice that a picklist lacks becomes one
 * for the whole organization, and a list becomes the text of its choices. The records that have such a choice get an
 * outcome that says so.
 * @param names API names that the records use
 * @throws bulk_write.values_refused
 */
export async function assertValuesFit(
  { knex }: ActivityDependencies,
  { operationId }: OperationTarget,
  module: string,
  names: ReadonlySet<string>,
  fields: readonly ZohoField[],
): Promise<void> {
  const used = new Map(fields.filter(({ apiName }) => names.has(apiName)).map((field) => [field.apiName, field]));
  const composed = await findComposedValues(knex, operationId, module);
  const wrong = composed.filter(({ field, type }) => !takes(used.get(field), type));
  if (wrong.length > 0) throw refused(wrong.map((value) => textOfComposed(module, value)));

  if (await allowsNewChoices(knex, operationId)) return;
  const lists = [...used.values()].filter(takesChoices);
  const found = await findNewChoices(knex, operationId, module, {
    known: Object.fromEntries(
      lists.map(({ apiName, picklistValues }) => [apiName, picklistValues.map((v) => v.actual)]),
    ),
    several: lists.filter(takesSeveral).map(({ apiName }) => apiName),
  });
  if (found.length === 0) return;
  await saveRefusals({ knex }, operationId, found);
  const texts = found.slice(0, MAX_SHOWN).map((choice) => textOf(module, used.get(choice.field), choice));
  throw refused([...texts, ...(found.length > MAX_SHOWN ? [`${found.length - MAX_SHOWN} more choices`] : [])]);
}

function takes(field: ZohoField | undefined, type: 'array' | 'object'): boolean {
  // Fields that the module lacks have a failure of their own.
  if (!field) return true;
  return type === 'array' ? takesSeveral(field) : isReference(field);
}

async function saveRefusals(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  operationId: string,
  found: readonly NewChoice[],
): Promise<void> {
  const fieldsOf = new Map<number, Set<string>>();
  for (const { field, positions } of found) {
    for (const position of positions) fieldsOf.set(position, (fieldsOf.get(position) ?? new Set()).add(field));
  }
  const outcomes = [...fieldsOf].map(([position, fields]) => ({
    position,
    status: 'cancelled' as const,
    recordId: null,
    errors: [{ code: 'UNKNOWN_CHOICE', fields: [...fields] }],
  }));
  for (let from = 0; from < outcomes.length; from += OUTCOMES_PER_STATEMENT) {
    await saveItemOutcomes(knex, operationId, outcomes.slice(from, from + OUTCOMES_PER_STATEMENT));
  }
}

function textOf(module: string, field: ZohoField | undefined, { field: name, choice, positions }: NewChoice): string {
  const problem = field ? newChoiceProblem(field, choice) : 'The picklist does not have this choice';
  return `${name} of ${module}, record ${positionsText(positions)}: ${problem}`;
}

function textOfComposed(
  module: string,
  { field, type, position }: { field: string; type: 'array' | 'object'; position: number },
): string {
  return `${field} of ${module}, record ${position - 1}: The field takes no ${type === 'array' ? 'list' : 'record'}`;
}

/** Shown from 0, as the results count. */
function positionsText(positions: readonly number[]): string {
  const shown = positions.slice(0, MAX_SHOWN).map((position) => position - 1);
  const others = positions.length - shown.length;
  return `${shown.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

function refused(texts: readonly string[]): Error {
  return permanentFailure(FAILURES.bulkWrite.valuesRefused, `${texts.join('. ')}.`);
}
