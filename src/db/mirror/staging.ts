import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { quoteIdentifier } from './identifiers';
import type { StagingLayout } from './staged-column';

/** The staging table's name; temporary, so every transaction has its own. */
export const STAGING = 'staging';

/**
 * Creates the staging table: text for every value, because plain text is what COPY takes fastest, and because a value
 * that does not fit its type must not stop the others. Only what rows are compared by is typed at once.
 * @param tolerant everything is text; the caller checks and converts.
 */
export async function createStaging(client: pg.Client, layout: StagingLayout, tolerant: boolean): Promise<void> {
  const typed = (name: string): string => {
    if (tolerant) return 'text';
    if (name === 'id') return 'bigint';
    return name === layout.modifiedTime ? 'timestamptz' : 'text';
  };
  const columns = layout.sourceColumns.map(
    (name, index) => `${quoteIdentifier(name ?? `unused_${index}`)} ${name === undefined ? 'text' : typed(name)}`,
  );
  await client.query(`create temporary table ${STAGING} (${columns.join(', ')}) on commit drop`);
}

function copyStatement(layout: StagingLayout): string {
  const names = layout.sourceColumns.map((name, index) => quoteIdentifier(name ?? `unused_${index}`)).join(', ');
  const format = layout.format === 'csv' ? `format csv, header true, force_null (${names})` : 'format text';
  return `copy ${STAGING} (${names}) from stdin with (${format})`;
}

/** Streams a whole source into the staging table. Memory stays constant whatever the size. */
export async function copyStream(
  client: pg.Client,
  layout: StagingLayout,
  source: Readable,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(source, client.query(copyFrom(copyStatement(layout))), { signal });
}

/** A COPY that is fed piece by piece. */
export interface CopySink {
  write(rows: Buffer): Promise<void>;
  end(): Promise<void>;
}

export function openCopy(client: pg.Client, layout: StagingLayout, signal: AbortSignal): CopySink {
  const stream: Writable = client.query(copyFrom(copyStatement(layout)));
  const closed = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve).once('error', reject);
  });
  // Whoever writes or ends next gets the failure; until then it must not count as unhandled.
  closed.catch(() => undefined);
  const abort = () => stream.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  return {
    async write(rows) {
      if (!stream.write(rows)) await Promise.race([once(stream, 'drain'), closed]);
    },
    async end() {
      stream.end();
      await closed.finally(() => signal.removeEventListener('abort', abort));
    },
  };
}
