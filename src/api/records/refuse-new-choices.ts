import type { ConnectionModel } from '../../db/models/connection';
import { newChoiceProblem, newChoices, takesChoices } from '../../domain/records/choices';
import { type ItemError, ZohoError } from '../../zoho/errors/errors';
import type { ZohoField } from '../../zoho/metadata/fields';
import type { RecordRefused } from '../../zoho/records/write-outcome';
import type { RouteDeps } from '../http/deps';
import { recentFields } from '../modules/recent-fields';

type GivenRecord = Readonly<Record<string, unknown>>;

/**
 * Outcomes of the records that name a choice which its picklist does not have, by their positions. They are not sent:
 * whether Zoho refuses such a choice or adds it to the picklist for everybody is up to Zoho's settings.
 */
export async function refuseNewChoices(
  deps: RouteDeps,
  connection: ConnectionModel,
  module: string,
  records: readonly GivenRecord[],
): Promise<ReadonlyMap<number, RecordRefused>> {
  if (!records.some((record) => Object.entries(record).some(([name, value]) => mayBeChoice(name, value)))) {
    return new Map();
  }
  const recent = await knownFields(() => recentFields(deps, connection, module));
  const refused = refusalsOf(recent.fields, records);
  if (refused.size === 0 || recent.isFresh) return refused;
  const now = await knownFields(() => recentFields(deps, connection, module, { fresh: true }));
  return refusalsOf(now.fields, records);
}

/** Without the fields every choice passes: the write then says why Zoho cannot be asked, or what it refuses. */
async function knownFields(
  ask: () => ReturnType<typeof recentFields>,
): Promise<{ fields: readonly ZohoField[]; isFresh: boolean }> {
  return ask().catch((error: unknown) => {
    if (error instanceof ZohoError) return { fields: [], isFresh: true };
    throw error;
  });
}

function mayBeChoice(name: string, value: unknown): boolean {
  if (name === 'id' || name.startsWith('$')) return false;
  return [value].flat().some((one) => typeof one === 'string' && one.trim() !== '');
}

function refusalsOf(fields: readonly ZohoField[], records: readonly GivenRecord[]): Map<number, RecordRefused> {
  const lists = new Map(fields.filter(takesChoices).map((field) => [field.apiName, field]));
  const refused = new Map<number, RecordRefused>();
  for (const [position, record] of records.entries()) {
    const errors = Object.entries(record)
      .filter(([name, value]) => mayBeChoice(name, value))
      .flatMap(([name, value]) => errorOf(lists.get(name), value, position) ?? []);
    const [first] = errors;
    if (first) refused.set(position, refusalOf(errors, first));
  }
  return refused;
}

interface ChoiceError extends ItemError {
  problem: string;
}

function errorOf(field: ZohoField | undefined, value: unknown, position: number): ChoiceError | undefined {
  const texts = [value].flat().filter((one) => typeof one === 'string' && one.trim() !== '');
  const [unknown] = field ? newChoices(field, texts) : [];
  if (!field || unknown === undefined) return undefined;
  const problem = newChoiceProblem(field, unknown);
  return {
    code: 'INVALID_DATA',
    category: 'validation',
    fieldName: field.apiName,
    jsonPath: `$.data[${position}].${field.apiName}`,
    details: { api_name: field.apiName, problem },
    problem,
  };
}

function refusalOf(errors: readonly ChoiceError[], first: ChoiceError): RecordRefused {
  const problems = errors.map(({ fieldName, problem }) => `${fieldName}: ${problem}`);
  const { code, category, fieldName, jsonPath, details } = first;
  return {
    status: 'error',
    ...{ code, category, fieldName, jsonPath, details },
    errors: errors.map(({ problem: _problem, ...error }) => error),
    retryable: false,
    retryAfterMs: null,
    whatToDo: `${problems.join('. ')}. It was not sent; with allowNewChoices it is.`,
    duplicateRecordId: null,
    current: null,
  };
}
