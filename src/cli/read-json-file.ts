import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError, EXIT_CODES } from './errors';

/**
 * The text of a JSON file, or of standard input for `-`. It is sent as it is, so that numbers keep their digits.
 * @throws CliError `usage` when there is no such file or it is not JSON
 */
export async function readJsonFile(path: string): Promise<string> {
  const content = path === '-' ? await text(process.stdin) : await readFrom(path);
  try {
    JSON.parse(content);
    return content;
  } catch {
    throw new CliError(EXIT_CODES.usage, `${path === '-' ? 'Standard input' : path} is not JSON.`);
  }
}

async function readFrom(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CliError(EXIT_CODES.usage, `${path} cannot be read (${code}).`, { cause: error });
  }
}
