import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { CliError, EXIT_CODES } from '../client/errors';

/** Stands for standard input, as usual. */
const FROM_INPUT = '-';

/**
 * Reads JSON from a file, or from standard input for `-`.
 * @returns the text as it stands, so that no number is rounded on its way
 * @throws CliError `usage` for a file that cannot be read or holds something else
 */
export async function readJsonText(file: string, input: NodeJS.ReadableStream = process.stdin): Promise<string> {
  const content = await readText(file, input);
  try {
    JSON.parse(content);
  } catch {
    throw new CliError(EXIT_CODES.usage, `${nameOf(file)} holds no JSON.`);
  }
  return content;
}

/**
 * Reads the objects of a YAML or JSON file, or of standard input for `-`: of each document one, or those of a list.
 * @throws CliError `usage` for a file that cannot be read or holds something else
 */
export async function readObjects(file: string, input: NodeJS.ReadableStream = process.stdin): Promise<object[]> {
  const documents = parseAllDocuments(await readText(file, input));
  const found: unknown[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    if (error) throw new CliError(EXIT_CODES.usage, `${nameOf(file)} is no YAML: ${error.message.split('\n')[0]}`);
    const content = document.toJS() as unknown;
    found.push(...(Array.isArray(content) ? (content as unknown[]) : [content]));
  }
  const objects = found.filter((each): each is object => typeof each === 'object' && each !== null);
  if (objects.length === 0 || objects.length < found.length) {
    throw new CliError(EXIT_CODES.usage, `${nameOf(file)} must hold an object, or a list of them.`);
  }
  return objects;
}

/** @throws CliError `usage` */
async function readText(file: string, input: NodeJS.ReadableStream): Promise<string> {
  try {
    return decode(file === FROM_INPUT ? await buffer(input) : await readFile(file));
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new CliError(EXIT_CODES.usage, `${nameOf(file)} cannot be read (${code}).`);
  }
}

function nameOf(file: string): string {
  return file === FROM_INPUT ? 'Standard input' : file;
}

/** Text without its byte order mark: PowerShell writes UTF-16 with one, and editors put one before UTF-8. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
