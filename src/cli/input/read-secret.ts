import { createInterface, type Interface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { CliError, EXIT_CODES } from '../client/errors';

/** Asks for secrets, one after the other. */
export interface SecretReader {
  /** @throws CliError `usage` when the input ends or the line is empty */
  ask(what: string): Promise<string>;
  close(): void;
}

/**
 * Reads secrets from standard input, so that they stand neither in the list of processes nor in the shell's history: a
 * line each. At a terminal it asks for them, and does not show what is typed.
 */
export function secretReader(
  input: Readable & { isTTY?: boolean } = process.stdin,
  prompts: Writable = process.stderr,
): SecretReader {
  const isTerminal = input.isTTY === true;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Only once it is needed: an open reader keeps Ctrl-C from ending other waits.
  let lines: { reader: Interface; iterator: AsyncIterator<string, undefined> } | undefined;
  const open = () => {
    const reader = createInterface({ input, output: nowhere, terminal: isTerminal });
    return { reader, iterator: reader[Symbol.asyncIterator]() as AsyncIterator<string, undefined> };
  };
  return {
    async ask(what) {
      if (isTerminal) prompts.write(`${what} (not shown): `);
      lines ??= open();
      const line = await lines.iterator.next();
      if (isTerminal) prompts.write('\n');
      const secret = line.done ? '' : line.value.trim();
      if (secret === '')
        throw new CliError(EXIT_CODES.usage, `${what} is missing: give it as a line of standard input.`);
      return secret;
    },
    close: () => lines?.reader.close(),
  };
}
