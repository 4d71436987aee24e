import { BaseModel, type JsonObject } from './base-model';

export const CHUNK_KINDS = ['bulk', 'list', 'delta', 'refetch'] as const;
export type ChunkKind = (typeof CHUNK_KINDS)[number];

/** The unit a pull commits; its row is written in the transaction that loads its data. */
export class SessionChunkModel extends BaseModel {
  static override readonly tableName = 'sync.session_chunks';
  static override readonly idColumn = ['session_id', 'chunk_number'];
  static override readonly jsonAttributes = ['details'];

  declare sessionId: string;
  declare chunkNumber: number;
  declare kind: ChunkKind;
  declare status: string;
  declare rowsRead: string;
  declare rowsCreated: string;
  declare rowsUpdated: string;
  declare rowsUnchanged: string;
  declare rowsFailed: string;
  declare minId: string | null;
  declare maxId: string | null;
  declare bytes: string;
  declare cursor: string | null;
  declare details: JsonObject | null;
  declare startedAt: Date;
  /** Null until the chunk's rows are in the mirror. */
  declare loadedAt: Date | null;
}
