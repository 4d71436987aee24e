import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';

/** SQL functions, one `create or replace` a file; the build copies the folder beside the compiled migrations. */
export const FUNCTIONS_FOLDER = path.join(__dirname, '..', 'migrations', 'functions');

export interface FunctionFile {
  /** Name of the file. */
  file: string;
  sql: string;
  hash: string;
}

/** Reads the functions of a folder, in the order of their names. */
export async function readFunctions(folder: string): Promise<FunctionFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(path.join(folder, file), 'utf8');
      return { file, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Replaces the functions whose file changed since it was applied. Idempotent; to be called under the migration lock.
 *
 * @param functions all that this build knows; those of a newer build, and their rows, stay
 * @param options.all replaces unchanged ones, too, as after a migration, which may have dropped some
 * @returns the names of the applied files
 */
export async function applyFunctions(
  trx: Knex.Transaction,
  functions: readonly FunctionFile[],
  { all }: { all: boolean },
): Promise<string[]> {
  const known = all ? new Map<string, string>() : await appliedHashes(trx);
  const changed = functions.filter(({ file, hash }) => known.get(file) !== hash);
  // A question mark would count as a binding.
  for (const { sql } of changed) await trx.raw(sql.replaceAll('?', '\\?'));
  await trx.raw(
    `insert into sync.applied_functions (file, hash) select * from unnest(?::text[], ?::text[])
     on conflict (file) do update set hash = excluded.hash, applied_at = now()`,
    [changed.map(({ file }) => file), changed.map(({ hash }) => hash)],
  );
  return changed.map(({ file }) => file);
}

/** The files that were never applied. Another version of a file counts as applied: an older build may still be running. */
export async function missingFunctions(knex: Knex, functions: readonly FunctionFile[]): Promise<string[]> {
  const applied = await appliedHashes(knex);
  return functions.map(({ file }) => file).filter((file) => !applied.has(file));
}

async function appliedHashes(knex: Knex): Promise<ReadonlyMap<string, string>> {
  const answer = await knex.raw<{ rows: { file: string; hash: string }[] }>(
    'select file, hash from sync.applied_functions',
  );
  return new Map(answer.rows.map(({ file, hash }) => [file, hash]));
}
