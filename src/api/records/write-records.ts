import type { z } from 'zod';
import { recordProblems } from '../../domain/records/record-problems';
import { LIMITS } from '../../domain/zoho-limits';
import type { CallOptions, ZohoTransport } from '../../zoho/http/transport';
import { getFields } from '../../zoho/metadata/fields';
import type { WriteOutcome } from '../../zoho/records/write-outcome';
import {
  deleteRecords,
  insertRecords,
  type RecordInput,
  updateRecords,
  upsertRecords,
} from '../../zoho/records/write-records';
import { callInteractively } from '../connections/call-interactively';
import { ConnectionQuery, ModuleParams } from '../http/parameters';
import type { BodyLimit } from '../http/read-body';
import { defineRoute } from '../http/route';
import { unknownOutcome, ZOHO_PROBLEMS, zohoProblem } from '../http/zoho-problem';
import { recordPointer } from './record-pointer';
import { refuseNewChoices } from './refuse-new-choices';
import { ValidateAnswer, ValidateRequest, WriteAnswer, WriteRequest } from './schemas';

/** A hundred records with long texts. */
const WRITE_LIMIT: BodyLimit = { bytes: 5 * 1024 * 1024, values: 50_000 };
/** Less than may be written: any viewer can ask, as often as it likes. */
const VALIDATE_LIMIT: BodyLimit = { bytes: 1024 * 1024, values: 20_000 };
/** Problems of one answer, which keeps it below 64 kB. */
const MAX_PROBLEMS = 200;
const LOOK_FIRST = 'Zoho may have created the records: look for them before you send them again.';

const common = {
  method: 'post',
  tag: 'Records',
  params: ModuleParams,
  connection: 'query',
  query: ConnectionQuery,
  exactNumbers: true,
} as const;

type WriteBody = z.output<typeof WriteRequest>;

export const writeRecords = defineRoute({
  ...common,
  path: '/modules/{module}/records/write',
  operationId: 'writeRecords',
  summary: `Insert, update, upsert or delete up to ${LIMITS.write.records} records at once`,
  description:
    'Asks Zoho; 1 API credit for every ten records, 1 for a delete, and 1 a minute for the fields, whose choices are checked first. Each record has its own outcome, so look at `failed` too.',
  access: 'operator',
  body: WriteRequest,
  largestBody: WRITE_LIMIT,
  answers: { 200: { description: 'What became of each record.', schema: WriteAnswer } },
  problems: [...ZOHO_PROBLEMS, 'zoho_outcome_unknown'],
  audit: {
    action: 'records.write',
    target: ({ params }, connection) => `${connection}/${params.module}`,
    details: ({ body: { operation, records, duplicateCheckFields, trigger } }) => {
      return { operation, records: records.length, duplicateCheckFields, trigger };
    },
  },
  async handle({ params: { module }, connection, body }, deps) {
    const isChecked = body.operation !== 'delete' && body.allowNewChoices !== true;
    const refused = isChecked
      ? await refuseNewChoices(deps, connection, module, body.records)
      : new Map<number, never>();
    const positions = [...body.records.keys()].filter((position) => !refused.has(position));
    const records = body.records.filter((_, position) => !refused.has(position));
    try {
      const sent =
        records.length === 0
          ? []
          : await callInteractively(deps, connection, ({ transport, options }) =>
              write(transport, module, { ...body, records }, options),
            );
      const outcomes = new Map<number, WriteOutcome>(refused);
      for (const [index, outcome] of sent.entries()) outcomes.set(positions[index] ?? index, outcome);
      return { status: 200, body: presentOutcomes(outcomes) };
    } catch (error) {
      const creates = body.operation === 'insert' || body.operation === 'upsert';
      const toPointer = (jsonPath: string | null) => recordPointer(jsonPath, (index) => positions[index]);
      throw (creates && unknownOutcome(error, LOOK_FIRST)) || zohoProblem(error, toPointer) || error;
    }
  },
});

export const validateRecords = defineRoute({
  ...common,
  path: '/modules/{module}/records/validate',
  operationId: 'validateRecords',
  summary: "Check records against the fields' metadata without writing them",
  description: `Names, types, lengths, options and required fields. Shows the first ${MAX_PROBLEMS} problems. Asks Zoho for the fields; 1 API credit.`,
  access: 'viewer',
  body: ValidateRequest,
  largestBody: VALIDATE_LIMIT,
  answers: { 200: { description: 'What is wrong with each record.', schema: ValidateAnswer } },
  problems: ZOHO_PROBLEMS,
  async handle({ params, connection, body: { operation, records } }, deps) {
    const fields = await callInteractively(deps, connection, ({ transport, options }) =>
      getFields(transport, params.module, options),
    );
    let left = MAX_PROBLEMS;
    const checked = records.map((record, position) => {
      const problems = recordProblems(operation, record, fields);
      const shown = problems.slice(0, left);
      left -= shown.length;
      return { position, problemCount: problems.length, problems: shown };
    });
    const invalid = checked.filter(({ problemCount }) => problemCount > 0).length;
    return { status: 200, body: { valid: checked.length - invalid, invalid, records: checked } };
  },
});

async function write(
  transport: ZohoTransport,
  module: string,
  { operation, records: given, duplicateCheckFields = [], trigger, ifUnmodifiedSince }: WriteBody,
  options: CallOptions,
): Promise<WriteOutcome[]> {
  // What comes out of a parsed body is JSON, and the schema has seen that the ids are texts.
  const records = given as RecordInput[];
  switch (operation) {
    case 'insert':
      return insertRecords(transport, module, records, { trigger }, options);
    case 'update':
      return updateRecords(transport, module, records, { trigger, ifUnmodifiedSince }, options);
    case 'upsert':
      return upsertRecords(transport, module, records, duplicateCheckFields, { trigger, ifUnmodifiedSince }, options);
    case 'delete': {
      const ids = records.map(({ id }) => id as string);
      const workflow = trigger === undefined ? undefined : trigger.includes('workflow');
      return deleteRecords(transport, module, ids, { workflow }, options);
    }
  }
}

function presentOutcomes(byPosition: ReadonlyMap<number, WriteOutcome>): z.input<typeof WriteAnswer> {
  const outcomes = [...byPosition].sort(([one], [other]) => one - other);
  const failed = outcomes.filter(([, { status }]) => status === 'error').length;
  return {
    succeeded: outcomes.length - failed,
    failed,
    outcomes: outcomes.map(([position, outcome]) => ({ position, ...presentOutcome(position, outcome) })),
  };
}

/** Details are copied, since those of a refusal are read-only. */
function presentOutcome(position: number, outcome: WriteOutcome) {
  if (outcome.status === 'success') return outcome;
  const errors = outcome.errors.map(({ details, ...error }) => ({
    ...error,
    pointer: recordPointer(error.jsonPath, () => position),
    details: { ...details },
  }));
  return { ...outcome, details: { ...outcome.details }, errors };
}
