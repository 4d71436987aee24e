import { CommanderError } from 'commander';
import type { ProblemCategory, ProblemDocument } from '../../api/http/problem';

/** Exit codes of `pulse` for shell scripts. Part of the interface: codes are only ever added. */
export const EXIT_CODES = {
  ok: 0,
  /** The command was carried out, and what it did or watched failed; or the API failed on its side. */
  failed: 1,
  /** The command, an option or a value is wrong. */
  usage: 2,
  /** The API, or a part that it needs for this, does not answer; the same command can succeed later. */
  notReachable: 3,
  /** The API understood and said no: no valid key, not allowed, no such thing, not in this state. */
  refused: 4,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const BY_CATEGORY: Readonly<Record<ProblemCategory, ExitCode>> = {
  request: EXIT_CODES.usage,
  validation: EXIT_CODES.usage,
  authentication: EXIT_CODES.refused,
  permission: EXIT_CODES.refused,
  not_found: EXIT_CODES.refused,
  conflict: EXIT_CODES.refused,
  workflow_engine: EXIT_CODES.notReachable,
  database: EXIT_CODES.notReachable,
  zoho: EXIT_CODES.notReachable,
  internal: EXIT_CODES.failed,
};

/** Ends a command: one line for the person, one code for the shell. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Refusal or failure of the control API, in its own words. */
export class ApiProblem extends CliError {
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(BY_CATEGORY[problem.category], `${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

/**
 * The one line for stderr and the exit code of whatever a command threw. The line is empty where it was said already.
 */
export function explain(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CliError) return { line: error.message, exitCode: error.exitCode };
  // Commander has written its help or its complaint itself.
  if (error instanceof CommanderError) return { line: '', exitCode: error.exitCode === 0 ? 0 : EXIT_CODES.usage };
  return { line: error instanceof Error ? error.message : String(error), exitCode: EXIT_CODES.failed };
}
