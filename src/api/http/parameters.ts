import { z } from 'zod';
import { BIGINT_ID } from '../../domain/records/bigint-id';
import { LIMITS } from '../../domain/zoho-limits';

/** API name of a module or field in Zoho CRM. */
export const ApiName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'Must be a Zoho API name: letters, digits and _, beginning with a letter')
  .meta({ description: 'API name in Zoho CRM, e.g. `Deals`.' });

/** Id of a record, field, user or view in Zoho. */
export const ZohoId = z.string().regex(BIGINT_ID, "Must be an id of Zoho's, a text of digits below 2^63");

/** Number of a row in the database. Rows that whole files brought have numbers below zero. */
export const RowNumber = z
  .string()
  .regex(/^-?\d{1,19}$/, { abort: true })
  .refine((digits) => BigInt.asIntN(64, BigInt(digits)) === BigInt(digits));

export const NOT_PLAIN_TEXT = 'Has characters that cannot be stored';

/** Text without what PostgreSQL cannot keep: NUL and halves of surrogate pairs. */
export function plainText(most: number) {
  return z.string().max(most).refine(isPlainText, NOT_PLAIN_TEXT);
}

/** Text for one line of a log or a terminal: without line breaks, control characters and marks of direction. */
export function lineOfText(most: number) {
  return plainText(most).refine(isOneLine, 'Has line breaks or characters that cannot be seen');
}

function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(text);
}

/** Whether PostgreSQL can keep this text. */
export function isPlainText(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

/** Name of a connection, which stands for one Zoho org. */
export const ConnectionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Must be the name of a connection')
  .meta({ description: 'Name of the connection (the Zoho org).' });

const ConnectionNameOrId = z.union([ConnectionName, z.uuid()], 'Must be the name or the id of a connection');

/** Path of a route on one connection. */
export const ConnectionParams = z.strictObject({
  name: ConnectionNameOrId.meta({ description: 'Name or id of the connection.' }),
});

/** Connection in the query or the body of a route that works on one. */
export const connection = ConnectionNameOrId.optional().meta({
  description: 'Name or id of the connection (the Zoho org); when absent, the only one there is.',
});

/** Query of a route whose only parameter is the connection. */
export const ConnectionQuery = z.strictObject({ connection });

/** Connection in the query of a list. */
export const connectionFilter = ConnectionNameOrId.optional().meta({
  description: 'Name or id of the connection (the Zoho org); when absent, all of them.',
});

export const SessionParams = z.strictObject({
  id: z.uuid('Must be the id of a session').meta({ description: 'Id of the session.' }),
});

/** `a,b,c` of a closed set of values. */
export function listOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return separatedByCommas(z.array(z.enum(values)), `Any of ${values.join(', ')}; several separated by commas.`);
}

/** A list in one parameter. OpenAPI has it as an array, which its style writes as this text. */
function separatedByCommas<Item>(list: z.ZodType<Item[], string[]>, description: string) {
  const { $schema: _dialect, ...described } = z.toJSONSchema(list, { io: 'input' });
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(list)
    .meta({ ...described, description });
}

export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const ModuleParams = z.strictObject({
  module: ApiName.meta({ description: 'API name of the module in Zoho CRM, e.g. `Deals`.' }),
});

const FieldNames = z
  .array(ApiName)
  .min(1)
  .max(LIMITS.listPage.fields, `Must be at most ${LIMITS.listPage.fields} fields`);

export const fields = separatedByCommas(
  FieldNames,
  `API names separated by commas, at most ${LIMITS.listPage.fields}.`,
);

export const perPage = z.coerce
  .number()
  .int()
  .min(1)
  .max(LIMITS.listPage.rows)
  .default(LIMITS.listPage.rows)
  .meta({ description: `Rows of a page, at most ${LIMITS.listPage.rows}.` });

export const modifiedSince = z.iso
  .datetime({ offset: true })
  .meta({ description: 'Only what changed after this time: ISO 8601 with offset.' });

/** Of a request that starts something. @param what it starts, as the description names it */
export function idempotencyHeader(what: string) {
  return z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible ASCII characters')
      .optional()
      .meta({ description: `The same key with the same body again is the same ${what}.` }),
  });
}
