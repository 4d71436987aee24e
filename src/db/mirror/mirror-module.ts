import { MODIFIED_TIME_FIELD, type ColumnType, type MirrorField } from '../../domain/mirror/mirror-field';
import { quoteIdentifier } from './identifiers';

/** A field that a load reads. */
export interface ReadField extends MirrorField {
  /** A full sync has filled its column; unknown for fields that were just mapped. */
  filled?: boolean;
  /** True for a field whose changes have no history, since they are in every row, every day. */
  isVolatile?: true;
}

/** A module of a connection and its mirror: everything a load needs to know. */
export interface MirrorModule {
  connectionId: string;
  /** Name in the engine's books and in locks: it stays when the module is renamed in Zoho. */
  key: string;
  /** Zoho's API name, for calls. */
  module: string;
  /** Schema and table of the mirror. */
  schema: string;
  table: string;
  fields: readonly ReadField[];
  /** Layout of the table when its fields were read; a load refuses to write into another one. Not checked without it. */
  layout?: number;
  /** Zoho's name of the organization's time zone: that of times without an offset. */
  timeZone?: string | null;
}

/** Column of the time a row was last read, by Zoho's clock. The only engine column every mirror table has. */
export const SYNCED_AT = '_synced_at';
/** The setting that gives `_synced_at` its default within a transaction. */
export const READ_AT_SETTING = 'sync.read_at';

/** `"crm"."deals"` */
export function qualifiedTable(mirror: Pick<MirrorModule, 'schema' | 'table'>): string {
  return `${quoteIdentifier(mirror.schema)}.${quoteIdentifier(mirror.table)}`;
}

export interface MirrorColumn {
  name: string;
  type: ColumnType;
}

/** Every column of a module's mirror but `id` and the engine's own, in order. */
export function mirrorColumns(fields: readonly MirrorField[]): MirrorColumn[] {
  return fields.flatMap((field) => [
    { name: field.column, type: field.type },
    ...(field.nameColumn ? [{ name: field.nameColumn, type: 'text' as const }] : []),
  ]);
}

/** The column of `Modified_Time`; some modules have none. */
export function modifiedTimeColumn(fields: readonly MirrorField[]): string | undefined {
  return fields.find((field) => field.apiName === MODIFIED_TIME_FIELD && field.type === 'timestamptz')?.column;
}

/** Names the lock that all writers of a mirror table take: alone, or shared by those who cannot harm each other. */
export function mirrorLockKey(mirror: Pick<MirrorModule, 'connectionId' | 'key'>): string {
  return `mirror:${mirror.connectionId}:${mirror.key}`;
}
