import { z } from 'zod';
import { type CallLabel, unexpectedAnswer } from '../errors/errors';

/** Null for a key that is missing, null or of another type: Zoho leaves keys out and adds new forms at will. */
export const optionalText = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
export const optionalNumber = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
/** False unless Zoho says true. */
export const flag = z.boolean().catch(false);
/** A count, which Zoho writes as a number or as a string of digits. */
export const count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(0));
/** `{"api_name":"Accounts","id":"..."}`; null for `{}`, null and everything else. */
export const moduleReference = z
  .object({ api_name: z.string(), id: optionalText })
  .transform(({ api_name, id }) => ({ apiName: api_name, id }))
  .nullable()
  .catch(null);

/** The items of a list that could be read, and which of them could not. */
export interface ReadList<T> {
  items: T[];
  /** Names of the items that were left out: the id, else the place, and the key that does not fit. */
  unreadable: string[];
}

/**
 * A list whose odd items are left out: one that lacks its name must not cost all others. A list of odd items only is
 * no list of this kind, and does not fit.
 */
export function readList<T>(item: z.ZodType<T>) {
  return z.array(z.unknown()).transform((values, context): ReadList<T> => {
    const read = values.map((value) => item.safeParse(value));
    const failures = read.flatMap(({ error }, at) => (error ? [{ at, path: error.issues[0]?.path ?? [] }] : []));
    const [first] = failures;
    if (first && failures.length === values.length) {
      context.addIssue({ code: 'custom', path: [first.at, ...first.path], message: 'no item of the list can be read' });
      return z.NEVER;
    }
    return {
      items: read.flatMap(({ data }) => (data === undefined ? [] : [data])),
      unreadable: failures.map(({ at, path }) => `${nameOf(values[at], at)} (no usable ${path.join('.') || 'value'})`),
    };
  });
}

/** The items of such a list, for readers who need not know of the others. */
export function listOf<T>(item: z.ZodType<T>) {
  return readList(item).transform(({ items }) => items);
}

function nameOf(value: unknown, at: number): string {
  const id = z.object({ id: z.string().regex(/^\d{1,19}$/) }).safeParse(value);
  return id.success ? id.data.id : `number ${at + 1} of the list`;
}

/**
 * Reads a parsed answer by a schema.
 *
 * @throws ZohoError category `server`, which names the keys that do not fit, never their values.
 */
export function decode<T>(schema: z.ZodType<T>, answer: unknown, label: CallLabel, httpStatus: number): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const places = result.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'body');
  throw unexpectedAnswer(label, httpStatus, places.join(', '));
}
