import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The project's folder, whether this code runs from dev/ or compiled from dist/dev/. The lock file marks it:
 * the compiler copies package.json into dist/.
 */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package-lock.json'))) folder = path.dirname(folder);
  return folder;
}
