import { z } from 'zod';
import { ownValue } from '../../domain/own-value';
import { callerUrlProblem, type Reach } from '../../domain/reach';
import { isEmptyValue } from '../../domain/records/empty-value';
import { BULK_WRITE_ACTIONS } from '../../domain/runs/bulk-operations';
import { hasBulkWrite, LIMITS } from '../../domain/zoho-limits';
import { countItems, itemsOf, outlineText, type ScannedBody } from '../http/json-lists';
import { ApiName, connection } from '../http/parameters';
import type { BodyLimit } from '../http/read-body';
import { assertNoPrototype, invalidBody, MAX_ISSUES, parseBody, parseJson } from '../http/validation';
import { allowNewChoices, MAX_RECORDS_TEXT, Value } from './schemas';

const MAX_GROUPS = 100;
const NOT_A_LIST = 'Must be a list of records';

/** Enough for the most records, with some forty fields each. Their lists are in a group of a list of the body. */
export const BULK_WRITE_LIMIT: BodyLimit = {
  bytes: 30 * 1024 * 1024,
  values: 10_000,
  lists: { level: 4, values: 2_000_000, valuesPerItem: 5_000 },
};

const CallbackUrl = z.url({ protocol: /^https?$/ }).max(2_000);

const BulkRecord = z.record(ApiName, Value);

const groupHead = {
  operation: z.enum(BULK_WRITE_ACTIONS),
  module: ApiName.refine(hasBulkWrite, 'Zoho has no bulk write for this module: use the record calls'),
  findBy: ApiName.optional().meta({
    description:
      'How records are found: `id` or a unique field. Required for upsert, `id` for update; on insert, records that exist already are skipped.',
  }),
};
type GroupHead = z.output<z.ZodObject<typeof groupHead>>;

const Group = z
  .strictObject({
    ...groupHead,
    records: z.array(BulkRecord, NOT_A_LIST).min(1).max(LIMITS.bulkWrite.rows).meta({
      description:
        'By API names. `null`, a blank text and `[]` clear a field, a name that is absent leaves it alone; a lookup is `{"id":".."}`. A record needs a value.',
    }),
  })
  .superRefine((group, context) => {
    for (const issue of [...groupIssues(group), ...recordIssues(group, group.records, 0)])
      context.addIssue({ ...issue });
  })
  .transform(({ records, ...head }) => ({ ...head, records: { length: records.length } }));

/** A group in which the list of records is known by its number. */
const GroupOutline = z
  .strictObject({ ...groupHead, records: z.tuple([z.int()], NOT_A_LIST) })
  .superRefine((group, context) => {
    for (const issue of groupIssues(group)) context.addIssue({ ...issue });
  });

const requestHead = {
  connection,
  allowNewChoices,
  callbackUrl: CallbackUrl.optional().meta({
    description:
      'Gets one POST at the end, without any value of a record. Must be https and lead to a public address, unless the engine lists its host (`PULSE_PRIVATE_HOSTS`).',
  }),
  callbackSecret: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, 'Must be 16 to 200 visible ASCII characters')
    .optional()
    .meta({ description: 'Signs the POST to the URL (HMAC-SHA256). Stored encrypted.', writeOnly: true }),
};

/** Records are checked and counted; their values stay in the text of the body. */
export const BulkWriteRequest = z
  .strictObject({ ...requestHead, operations: z.array(Group).min(1).max(MAX_GROUPS) })
  .superRefine((request, context) => {
    for (const issue of requestIssues(request)) context.addIssue({ ...issue });
  })
  .meta({
    id: 'BulkWriteRequest',
    description: `Up to ${MAX_RECORDS_TEXT} records to insert, update and upsert, mixed.`,
  });
export type BulkWriteRequest = z.output<typeof BulkWriteRequest>;

const RequestOutline = z.strictObject({ ...requestHead, operations: z.array(GroupOutline).min(1).max(MAX_GROUPS) });

type Issue = z.core.$ZodIssueCustom;

/** @throws Problem `validation_failed` for a callback URL that the engine would not call */
export function assertCallable({ callbackUrl }: Pick<BulkWriteRequest, 'callbackUrl'>, reach: Reach): void {
  const problem = callbackUrl === undefined ? undefined : callerUrlProblem(callbackUrl, reach);
  if (problem !== undefined) throw invalidBody([issueAt(['callbackUrl'], problem)]);
}

/**
 * Parses a bulk write as `BulkWriteRequest` does, without holding up other requests: first all but the records, then
 * those a piece at a time. What is wrong is reported as far as it was found when there was enough of it.
 * @throws Problem `malformed_json`, `payload_too_large`, `validation_failed`
 */
export async function parseBulkWrite(body: ScannedBody): Promise<BulkWriteRequest> {
  const { operations, ...head } = parseBody(RequestOutline, parseJson(outlineText(body)));
  const counts = body.lists.map((list) => countItems(body.bytes, list));
  const request: BulkWriteRequest = {
    ...head,
    operations: operations.map(({ records: [number], ...group }) => ({
      ...group,
      records: { length: counts[number] ?? 0 },
    })),
  };
  const issues: z.core.$ZodIssue[] = [...request.operations.flatMap(countIssues), ...requestIssues(request)];
  if (issues.length > 0) throw invalidBody(issues);
  const places = new Map(operations.map(({ records: [number] }, place) => [number, place]));
  for (const [number, list] of body.lists.entries()) {
    // A name that is given twice counts once; the list that does not count must be JSON all the same.
    const place = places.get(number);
    const group = place === undefined ? undefined : operations[place];
    for await (const { first, items } of itemsOf(body.bytes, list)) {
      if (place === undefined || group === undefined) continue;
      const found = pieceIssues(group, items, first);
      issues.push(...found.map((issue) => ({ ...issue, path: ['operations', place, ...issue.path] })));
      if (issues.length >= MAX_ISSUES) throw invalidBody(issues);
    }
  }
  if (issues.length > 0) throw invalidBody(issues);
  return request;
}

function pieceIssues(group: GroupHead, items: readonly unknown[], first: number): z.core.$ZodIssue[] {
  assertNoPrototype(items);
  const parsed = z.array(BulkRecord).safeParse(items);
  if (parsed.success) return recordIssues(group, parsed.data, first);
  return parsed.error.issues.map((issue) => {
    const [index, ...rest] = issue.path;
    return { ...issue, path: ['records', first + Number(index), ...rest] };
  });
}

function countIssues({ records: { length } }: { records: { length: number } }, place: number): Issue[] {
  const path = ['operations', place, 'records'];
  if (length === 0) return [issueAt(path, 'Must have a record')];
  return length > LIMITS.bulkWrite.rows ? [issueAt(path, `Must be at most ${MAX_RECORDS_TEXT} records`)] : [];
}

function groupIssues({ operation, findBy }: GroupHead): Issue[] {
  if (operation !== 'upsert' || findBy !== undefined) return [];
  return [issueAt(['findBy'], 'An upsert needs the field that finds records')];
}

/** First issues of records with their group. @param first position of the first of them in the group */
function recordIssues(
  { operation, findBy }: GroupHead,
  records: readonly z.output<typeof BulkRecord>[],
  first: number,
): Issue[] {
  const key = findBy ?? (operation === 'update' ? 'id' : undefined);
  const issues: Issue[] = [];
  for (const [index, record] of records.entries()) {
    const isMissing = key !== undefined && isEmptyValue(ownValue(record, key) ?? null);
    const isEmpty = Object.values(record).every(isEmptyValue);
    if (!isMissing && !isEmpty) continue;
    issues.push(issueAt(['records', first + index], isEmpty ? 'Has no value' : `Lacks ${key}, by which it is found`));
    if (issues.length === MAX_ISSUES) break;
  }
  return issues;
}

function requestIssues({
  operations,
  callbackUrl,
  callbackSecret,
}: Pick<BulkWriteRequest, 'operations' | 'callbackUrl' | 'callbackSecret'>): Issue[] {
  const issues: Issue[] = [];
  const total = operations.reduce((sum, { records }) => sum + records.length, 0);
  if (total > LIMITS.bulkWrite.rows) {
    const message = `There are ${total} records, and ${LIMITS.bulkWrite.rows} are allowed`;
    issues.push(issueAt(['operations'], message));
  }
  if ((callbackUrl === undefined) !== (callbackSecret === undefined)) {
    const path = [callbackUrl === undefined ? 'callbackUrl' : 'callbackSecret'];
    issues.push(issueAt(path, 'A callback needs a URL and a secret'));
  }
  return issues;
}

function issueAt(path: PropertyKey[], message: string): Issue {
  return { code: 'custom', path, message, input: undefined };
}
