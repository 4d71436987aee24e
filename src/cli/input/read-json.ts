import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CliError, EXIT_CODES } from '../client/errors';

/** Stands for standard input, as usual. */
const FROM_INPUT = '-';

/**
 * Reads JSON from a file, or from standard input for `-`.
 * @returns the text as it stands, so that no number is rounded on its way
 * @throws CliError `usage` for a file that cannot be read or holds something else
 */
export async function readJsonText(file: string, input: NodeJS.ReadableStream = process.stdin): Promise<string> {
  const name = file === FROM_INPUT ? 'Standard input' : file;
  let content: string;
  try {
    content = decode(file === FROM_INPUT ? await buffer(input) : await readFile(file));
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new CliError(EXIT_CODES.usage, `${name} cannot be read (${code}).`);
  }
  try {
    JSON.parse(content);
  } catch {
    throw new CliError(EXIT_CODES.usage, `${name} holds no JSON.`);
  }
  return content;
}

/** Text without its byte order mark: PowerShell writes UTF-16 with one, and editors put one before UTF-8. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
