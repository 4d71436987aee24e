import type { KnownField } from '../../src/db/mirror/module-fields';

/** One tool's way of mirroring the module. */
export interface Mirroring {
  rows: number;
  /** Fields of one value each of which every row has right, and how many such fields the module has. */
  rightFields: number;
  fields: number;
  seconds: number;
  calls: number;
  credits: number;
  peakRssMb: number;
  /** The same work once more, when nothing has changed. */
  again: Spent;
}

export interface Spent {
  seconds: number;
  calls: number;
  credits: number;
}

/** One run of a tool, as far as it knows. */
export interface ToolRun {
  rows: number;
  peakRssMb: number;
}

/** A tool that mirrors the module, and where it puts the rows. */
export interface Tool {
  run(): Promise<ToolRun>;
  table: ComparedTable;
}

/** A table that another tool has filled. */
export interface ComparedTable {
  schema: string;
  table: string;
  /** The tool's name of a field's column; of a lookup, that of its id. */
  columnOf: (field: KnownField) => string;
}

/** The mirror that the others are compared with. */
export interface ReferenceMirror {
  table: string;
  fields: readonly KnownField[];
}

/** Lists and objects have another form with each tool. */
export function isOneValue({ shape }: Pick<KnownField, 'shape'>): boolean {
  return shape === 'scalar' || shape === 'reference';
}
