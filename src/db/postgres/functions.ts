import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';

/** SQL functions, one `create or replace` a file; the build copies the folder beside the compiled migrations. */
export const FUNCTIONS_FOLDER = path.join(__dirname, '..', 'migrations', 'functions');

const REVISION = /^-- revision: ([1-9]\d*)\n/;

class FunctionWithoutRevision extends Error {
  override readonly name = 'FunctionWithoutRevision';
}

export interface FunctionFile {
  /** Name of the file. */
  file: string;
  sql: string;
  /** Number in the file's first line, which rises with each change of the file. */
  revision: number;
  hash: string;
}

/**
 * Reads the functions of a folder, in the order of their names.
 * @throws FunctionWithoutRevision
 */
export async function readFunctions(folder: string): Promise<FunctionFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(path.join(folder, file), 'utf8');
      const revision = REVISION.exec(sql)?.[1];
      if (revision === undefined)
        throw new FunctionWithoutRevision(`The first line of ${file} is no "-- revision: N".`);
      return { file, sql, revision: Number(revision), hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Replaces the functions whose revision is higher than the database's. Those of a newer build stay: it may be running, or
 * have been here before a return to an older one. Idempotent; to be called under the migration lock.
 *
 * @param functions all that this build knows; others, and their rows, stay
 * @param options.all replaces those of the same revision, too, as after a migration, which may have dropped some
 * @returns the names of the applied files
 */
export async function applyFunctions(
  trx: Knex.Transaction,
  functions: readonly FunctionFile[],
  { all }: { all: boolean },
): Promise<string[]> {
  const applied = await appliedRevisions(trx);
  const pending = functions.filter(({ file, revision }) => {
    const present = applied.get(file) ?? 0;
    return revision > present || (all && revision === present);
  });
  // A question mark would count as a binding.
  for (const { sql } of pending) await trx.raw(sql.replaceAll('?', '\\?'));
  await trx.raw(
    `insert into sync.applied_functions (file, revision, hash)
     select * from unnest(?::text[], ?::integer[], ?::text[])
     on conflict (file) do update set revision = excluded.revision, hash = excluded.hash, applied_at = now()`,
    [pending.map(({ file }) => file), pending.map(({ revision }) => revision), pending.map(({ hash }) => hash)],
  );
  return pending.map(({ file }) => file);
}

/** The files that the database lacks, or has in a lower revision only. */
export async function pendingFunctions(knex: Knex, functions: readonly FunctionFile[]): Promise<string[]> {
  const applied = await appliedRevisions(knex);
  return functions.filter(({ file, revision }) => revision > (applied.get(file) ?? 0)).map(({ file }) => file);
}

async function appliedRevisions(knex: Knex): Promise<ReadonlyMap<string, number>> {
  const answer = await knex.raw<{ rows: { file: string; revision: number }[] }>(
    'select file, revision from sync.applied_functions',
  );
  return new Map(answer.rows.map(({ file, revision }) => [file, revision]));
}
