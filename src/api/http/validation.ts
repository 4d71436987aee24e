import type { z } from 'zod';
import { parseExactJson } from '../../domain/records/parse-exact-json';
import { JsonNumber } from '../../zoho/http/exact-json';
import { isPlainText, NOT_PLAIN_TEXT } from './parameters';
import { Problem, type ProblemDetail } from './problem';

/** Named of a request that is wrong in many ways: each name and each record can be wrong in the same way. */
export const MAX_ISSUES = 20;
/** Shown of a name that a caller chose, which can be as long as the body. */
const LONGEST_NAME = 200;

/** Parses a body. @throws Problem `validation_failed` with JSON pointers to the first things that are wrong */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  assertNoPrototype(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error.issues);
}

/** The problem of a body with these issues, of which it names the first. */
export function invalidBody(issues: readonly z.core.$ZodIssue[]): Problem {
  return problemOf('validation_failed', issues, (path) => ({ pointer: toPointer(path) }));
}

/**
 * Reads the text of a body whose depth was checked.
 * @param exactNumbers a number that a double cannot hold as it was written becomes a `JsonNumber`
 * @throws Problem `malformed_json`
 */
export function parseJson(text: string, exactNumbers = false): unknown {
  try {
    return exactNumbers ? parseExactJson(text, exactNumber) : JSON.parse(text);
  } catch {
    throw new Problem('malformed_json', 'The body is not valid JSON.');
  }
}

function exactNumber(digits: string): number | JsonNumber {
  return String(Number(digits)) === digits ? Number(digits) : new JsonNumber(digits);
}

/** Parses path, query or header parameters. @throws Problem `invalid_parameter` that names the first wrong ones */
export function parseParameters<T>(schema: z.ZodType<T>, parameters: unknown): T {
  assertPlainText(parameters);
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  throw problemOf('invalid_parameter', parsed.error.issues, (path) => ({ parameter: shortened(path.join('.')) }));
}

/** @throws Problem `invalid_parameter` that names each parameter which no row could keep */
function assertPlainText(parameters: unknown): void {
  const errors = Object.entries(parameters as Record<string, unknown>)
    .filter(([, value]) => typeof value === 'string' && !isPlainText(value))
    .map(([parameter]): ProblemDetail => ({ parameter: shortened(parameter), detail: NOT_PLAIN_TEXT }));
  if (errors.length > 0) throw toProblem('invalid_parameter', errors, errors.length);
}

/** Schemas pass over this name, which the text of the body keeps. @throws Problem `validation_failed` */
export function assertNoPrototype(body: unknown): void {
  let level = [body];
  while (level.length > 0) {
    const objects = level.filter((part): part is object => typeof part === 'object' && part !== null);
    if (objects.some((object) => Object.hasOwn(object, '__proto__'))) {
      throw new Problem('validation_failed', 'The body has an unknown name: __proto__.');
    }
    level = objects.flatMap((object) => Object.values(object) as unknown[]);
  }
}

function problemOf(
  code: 'validation_failed' | 'invalid_parameter',
  issues: readonly z.core.$ZodIssue[],
  position: (path: readonly PropertyKey[]) => Omit<ProblemDetail, 'detail'>,
): Problem {
  const errors: ProblemDetail[] = [];
  for (const issue of issues) {
    for (const path of pathsOf(issue).slice(0, MAX_ISSUES - errors.length)) {
      errors.push({ ...position(path), detail: textOf(issue) });
    }
    if (errors.length === MAX_ISSUES) break;
  }
  const total = issues.reduce((sum, issue) => sum + pathsOf(issue).length, 0);
  return toProblem(code, errors, total);
}

/** Zod reports unknown keys at their parent; each gets a path of its own. */
function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function textOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? 'Unknown name' : issue.message;
}

/** JSON pointer (RFC 6901) into a body. */
export function toPointer(path: readonly PropertyKey[]): string {
  return ['#', ...path.map((part) => shortened(String(part)).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}

/** @param total of everything that is wrong; `errors` are the first */
function toProblem(code: 'validation_failed' | 'invalid_parameter', errors: ProblemDetail[], total: number): Problem {
  const [{ pointer, parameter, detail = '' } = {}] = errors as Partial<ProblemDetail>[];
  const first = `${pointer ?? parameter}: ${detail}`;
  const summary = total === 1 ? `${first}.` : `${first}; and ${total - 1} more.`;
  return new Problem(code, summary, { errors: errors.slice(0, MAX_ISSUES) });
}
