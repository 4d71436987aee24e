import type { z } from 'zod';
import { isTooDeep, MAX_JSON_DEPTH, parseExactJson } from '../../domain/records/parse-exact-json';
import { JsonNumber } from '../../zoho/http/exact-json';
import { isPlainText, NOT_PLAIN_TEXT } from './parameters';
import { Problem, type ProblemDetail } from './problem';

/** Parses a body. @throws Problem `validation_failed` with a JSON pointer for everything that is wrong */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (isTooDeep(body)) throw tooDeep();
  assertNoPrototype(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    pathsOf(issue).map((path): ProblemDetail => ({ pointer: toPointer(path), detail: textOf(issue) })),
  );
  throw new Problem('validation_failed', summary(errors), { errors });
}

/**
 * Reads the text of a body whose numbers must not be rounded: one that a double cannot hold as it was written becomes a
 * `JsonNumber`.
 * @throws Problem `malformed_json`, `validation_failed`
 */
export function parseExactBody(text: string): unknown {
  try {
    return parseExactJson(text, (digits) =>
      String(Number(digits)) === digits ? Number(digits) : new JsonNumber(digits),
    );
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw new Problem('malformed_json', 'The body is not valid JSON.');
  }
}

/** Parses path, query or header parameters. @throws Problem `invalid_parameter` that names each wrong one */
export function parseParameters<T>(schema: z.ZodType<T>, parameters: unknown): T {
  assertPlainText(parameters);
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    pathsOf(issue).map((path): ProblemDetail => ({ parameter: path.join('.'), detail: textOf(issue) })),
  );
  throw new Problem('invalid_parameter', summary(errors), { errors });
}

/** @throws Problem `invalid_parameter` that names each parameter which no row could keep */
function assertPlainText(parameters: unknown): void {
  const errors = Object.entries(parameters as Record<string, unknown>)
    .filter(([, value]) => typeof value === 'string' && !isPlainText(value))
    .map(([parameter]): ProblemDetail => ({ parameter, detail: NOT_PLAIN_TEXT }));
  if (errors.length > 0) throw new Problem('invalid_parameter', summary(errors), { errors });
}

/** Schemas pass over this name, which the text of the body keeps. @throws Problem `validation_failed` */
function assertNoPrototype(body: unknown): void {
  let level = [body];
  while (level.length > 0) {
    const objects = level.filter((part): part is object => typeof part === 'object' && part !== null);
    if (objects.some((object) => Object.hasOwn(object, '__proto__'))) {
      throw new Problem('validation_failed', 'The body has an unknown name: __proto__.');
    }
    level = objects.flatMap((object) => Object.values(object) as unknown[]);
  }
}

function tooDeep(): Problem {
  return new Problem('validation_failed', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
}

/** Zod reports unknown keys at their parent; each gets a path of its own. */
function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function textOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? 'Unknown name' : issue.message;
}

function toPointer(path: readonly PropertyKey[]): string {
  return ['#', ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function summary(errors: readonly ProblemDetail[]): string {
  const [first, ...others] = errors.map(({ pointer, parameter, detail }) => `${pointer ?? parameter}: ${detail}`);
  return others.length === 0 ? `${first}.` : `${first}; and ${others.length} more.`;
}
