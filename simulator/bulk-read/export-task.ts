import type { DataOptions } from '../data/catalog';
import type { FieldDefinition } from '../data/field';
import type { CustomModuleRequest } from '../data/modules/custom-module';
import type { Condition } from '../query/condition';
import type { StoreSnapshot } from '../store/module-store';

/** Input of the export thread for the result file of one job. */
export interface ExportTask {
  readonly jobId: string;
  /** Where the zip goes. */
  readonly file: string;
  readonly data: DataOptions;
  /** Custom modules added since the start, in order. */
  readonly addedModules: readonly CustomModuleRequest[];
  /** Fields created since the start, by API name of the module. */
  readonly createdFields: Readonly<Record<string, readonly FieldDefinition[]>>;
  /** Changes of the modules since they were generated, by API name. */
  readonly snapshots: Readonly<Record<string, StoreSnapshot>>;
  readonly module: string;
  /** Header names after `Id`; a dot leads through a lookup. */
  readonly columns: readonly string[];
  readonly condition?: Condition;
  /** Matching rows to pass over (pages by number). */
  readonly skip: number;
  /** Only rows after this one (pages by token). */
  readonly afterRow?: number;
  readonly limit: number;
  /** Begin with a byte order mark. */
  readonly bom: boolean;
  /** A file without rows has its header; else it is empty. */
  readonly headerAlone: boolean;
}

/** Result of an export. */
export interface ExportResult {
  readonly count: number;
  readonly more: boolean;
  /** The last row written; -1 when there is none. */
  readonly lastRow: number;
  /** Size of the zip. */
  readonly bytes: number;
}

/** Answer of the export thread. */
export type ExportReply = { readonly result: ExportResult } | { readonly error: string };
