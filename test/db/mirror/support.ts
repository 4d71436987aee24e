import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Knex } from 'knex';
import { ZipFile } from 'yazl';
import { CopyPages } from '../../../src/db/mirror/copy/copy-page';
import { copyPagesSource, resultFileSource } from '../../../src/db/mirror/load/chunk-sources';
import { loadChunk, type ChunkOptions } from '../../../src/db/mirror/load/load-chunk';
import { qualifiedTable, type MirrorModule } from '../../../src/db/mirror/mirror-module';
import { prepareMirrorTable } from '../../../src/db/mirror/mirror-table';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { type ChunkResult } from '../../../src/db/sessions/chunks';
import { mapFields, type MappableField } from '../../../src/domain/mirror/mirror-field';
import { someConnection, someSession } from '../support';

export type ZohoRecord = Record<string, unknown>;
export type MirrorRow = Record<string, unknown>;

/** A field of the metadata; the id is made from the place in the list. */
export type SomeField = Omit<MappableField, 'id'> & { id?: string };

export function metadata(fields: readonly SomeField[]): MappableField[] {
  return fields.map((field, index) => ({ id: String(554023000000000001n + BigInt(index)), ...field }));
}

export const NAME: SomeField = { apiName: 'Deal_Name', dataType: 'text' };
export const AMOUNT: SomeField = { apiName: 'Amount', dataType: 'currency' };
export const MODIFIED: SomeField = { apiName: 'Modified_Time', dataType: 'datetime' };
export const OWNER: SomeField = { apiName: 'Owner', dataType: 'ownerlookup' };
export const ACCOUNT: SomeField = { apiName: 'Account_Name', dataType: 'lookup', lookupModule: 'Accounts' };
export const TAGS: SomeField = { apiName: 'Tag', dataType: 'text' };
export const MARGIN: SomeField = { apiName: 'Margin', dataType: 'formula', formulaReturnType: 'currency' };

/** When the reads of most tests began: long after what they read was modified. */
export const LATER = new Date('2026-11-23T12:00:00Z');

/** A module with its mirror table and an active session. */
export interface MirrorUnderTest {
  knex: Knex;
  mirror: MirrorModule;
  sessionId: string;
}

export async function someMirror(
  knex: Knex,
  fields: readonly SomeField[] = [NAME, AMOUNT, MODIFIED],
  moduleName = 'Deals',
): Promise<MirrorUnderTest> {
  const connection = await someConnection(knex);
  const { id: connectionId, mirrorSchema: schema } = connection;
  const { key, table } = await claimMirror(knex, connectionId, { id: '554023000000000001', apiName: moduleName });
  const mirror: MirrorModule = {
    connectionId,
    key,
    module: moduleName,
    schema,
    table,
    fields: mapFields(metadata(fields)),
  };
  await prepareMirrorTable(knex, mirror);
  const session = await someSession(knex, { connectionId, moduleName });
  return { knex, mirror, sessionId: session.id };
}

let chunks = 0;

/** The number of a chunk that no other test has. */
export function nextChunk(): number {
  chunks += 1;
  return chunks;
}

export type SomeChunk = Partial<ChunkOptions> & { chunkNumber?: number; sessionId?: string };

/** Unless a test says so, each chunk was read a second after the one before. */
function chunkOptions(options: SomeChunk): ChunkOptions {
  return {
    asOf: new Date(LATER.getTime() + chunks * 1_000),
    compareValues: false,
    trackRecords: false,
    keepSeenIds: false,
    startedAt: LATER,
    ...options,
  };
}

/** The body of a list answer. */
export function pageOf(records: readonly ZohoRecord[]): Buffer {
  return Buffer.from(JSON.stringify({ data: records, info: { count: records.length, more_records: false } }));
}

/** Loads records as the list path does. */
export async function loadRecords(
  mirror: MirrorUnderTest,
  records: readonly ZohoRecord[] | Buffer,
  options: SomeChunk = {},
): Promise<ChunkResult> {
  return loadPages(mirror, [Buffer.isBuffer(records) ? records : pageOf(records)], options);
}

/** Loads bodies of list answers as one chunk. */
export async function loadPages(
  { knex, mirror, sessionId }: MirrorUnderTest,
  bodies: readonly Buffer[],
  options: SomeChunk = {},
): Promise<ChunkResult> {
  const converter = new CopyPages(mirror.fields, 'binary');
  const pages = bodies.map((body) => converter.convert(body));
  const source = copyPagesSource(mirror, mirror.fields, pages, new AbortController().signal);
  const chunk = {
    sessionId: options.sessionId ?? sessionId,
    chunkNumber: options.chunkNumber ?? nextChunk(),
    kind: 'list',
  } as const;
  return loadChunk(knex, mirror, chunk, source, chunkOptions(options));
}

/** Loads lines of an export, header first, as the bulk path does. */
export async function loadCsv(
  { knex, mirror, sessionId }: MirrorUnderTest,
  csv: string | Buffer | readonly string[],
  options: SomeChunk = {},
): Promise<ChunkResult> {
  const text = typeof csv === 'string' || Buffer.isBuffer(csv) ? csv : csv.map((line) => `${line}\n`).join('');
  return withZip(text, async (file) => {
    const source = await resultFileSource(mirror, file, new AbortController().signal);
    const chunk = {
      sessionId: options.sessionId ?? sessionId,
      chunkNumber: options.chunkNumber ?? nextChunk(),
      kind: 'bulk',
    } as const;
    return loadChunk(knex, mirror, chunk, source, chunkOptions(options));
  });
}

/** Runs work with a folder that is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pulse-test-mirror-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs work with a zip that holds one CSV, as Zoho sends it. */
export async function withZip<T>(csv: string | Buffer, work: (file: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'result.zip');
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(csv), '554023000000100001.csv');
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
    return work(file);
  });
}

/** Rows of the mirror in order of id, without the engine's columns. */
export async function rowsOf({ knex, mirror }: MirrorUnderTest): Promise<MirrorRow[]> {
  const answer = await knex.raw<{ rows: MirrorRow[] }>(`select * from ${qualifiedTable(mirror)} order by id`);
  return answer.rows.map(({ _synced_at, ...row }) => row);
}

/** Where each row lies and which transaction wrote it: the same before and after unless the row was written. */
export async function placesOf({ knex, mirror }: MirrorUnderTest): Promise<MirrorRow[]> {
  const answer = await knex.raw<{ rows: MirrorRow[] }>(
    `select id, ctid::text, xmin::text from ${qualifiedTable(mirror)} order by id`,
  );
  return answer.rows;
}

export async function tombstonesOf({ knex, mirror }: MirrorUnderTest): Promise<MirrorRow[]> {
  const answer = await knex.raw<{ rows: MirrorRow[] }>(
    `select record_id, deleted_at, reason, row_data, session_id from sync.tombstones
     where connection_id = ? and module_name = ? order by record_id`,
    [mirror.connectionId, mirror.key],
  );
  return answer.rows;
}

export async function statusesOf({ knex, sessionId }: MirrorUnderTest): Promise<MirrorRow[]> {
  const answer = await knex.raw<{ rows: MirrorRow[] }>(
    `select crm_record_id, action_taken from sync.record_sync_statuses where session_id = ?
     order by crm_record_id, action_taken`,
    [sessionId],
  );
  return answer.rows;
}

export async function quarantineOf({ knex, sessionId }: MirrorUnderTest): Promise<MirrorRow[]> {
  const answer = await knex.raw<{ rows: MirrorRow[] }>(
    `select record_id, cell ->> 'field' as field, cell ->> 'reason' as reason, raw_data
     from sync.quarantine, jsonb_array_elements(fields) as cell where session_id = ? order by record_id, field`,
    [sessionId],
  );
  return answer.rows;
}

/** A row of `sync.record_history`. */
export interface HistoryRow {
  recordId: string;
  event: 'created' | 'changed' | 'deleted' | 'restored';
  actor: string | null;
  time: Date | null;
  changes: Record<string, { from?: unknown; to?: unknown }> | null;
  reason: string | null;
}

/** The history of a module's records in its order. */
export async function historyOf({ knex, mirror }: MirrorUnderTest): Promise<HistoryRow[]> {
  const answer = await knex.raw<{ rows: HistoryRow[] }>(
    `select record_id as "recordId", event, actor, crm_modified_time as time, changes, reason from sync.record_history
     where mirror_id = (select id from sync.mirrors where connection_id = ? and key = ?) order by at, id`,
    [mirror.connectionId, mirror.key],
  );
  return answer.rows;
}
