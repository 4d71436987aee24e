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
