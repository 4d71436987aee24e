import type { ApiClient } from './client/api-client';

/** Dependencies of a command. */
export interface CliContext {
  /** Made when a command first asks for it, so that `--help` needs no API. */
  readonly api: ApiClient;
  /** Writes to standard output: the result, and nothing else. */
  readonly out: (text: string) => void;
  /** Writes lines to standard error: what is for the person only. */
  readonly err: (text: string) => void;
  /** Writes one line to standard error, whatever is in the values that it names. */
  readonly note: (line: string) => void;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Whether the result is wanted as JSON. */
  readonly json: boolean;
}

/** Writes a result: as JSON if requested, otherwise as `text` formats it for a person. */
export function show<T>(context: CliContext, result: T, text: (result: T) => string): void {
  context.out(`${context.json ? JSON.stringify(result, null, 2) : text(result)}\n`);
}
