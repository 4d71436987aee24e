import { ByteSink } from '../data/byte-sink';
import { type Column, render } from '../data/column';
import { isRichText } from '../data/field';
import { compileRow, jsonLead } from '../data/row-writer';
import type { SwitchBoard } from '../switches';
import type { ModuleStore } from './module-store';
import { PRISTINE } from './overlay';

/** Compiled writers kept a module: clients ask for the same few field lists over and over. */
const KEPT = 32;
/** Characters of a rich text in a list. */
const CUT_LENGTH = 255;

export type WriteRow = (sink: ByteSink, row: number) => void;

/** Writes records of a module as REST shows them. */
export class RecordWriter {
  readonly #compiled = new Map<string, WriteRow>();
  readonly #sink = new ByteSink();
  readonly store: ModuleStore;
  readonly switches: SwitchBoard | undefined;

  constructor(store: ModuleStore, switches: SwitchBoard | undefined) {
    this.store = store;
    this.switches = switches;
  }

  /**
   * A function that writes the JSON object of a row: `id`, the fields asked for and a few `$` keys.
   * @param inList rich texts are cut
   */
  forFields(columns: readonly Column[], inList = false): WriteRow {
    const { module } = this.store;
    const generated = this.#compile(columns);
    const isLeads = module.apiName === 'Leads';
    const isAsGenerated = !columns.some((column) => this.store.showsNewName(column));
    const displayed = this.store.displayValues.size > 0 && this.switches?.read('picklistValue') === 'display';
    const cut =
      inList && columns.some(({ field }) => isRichText(field)) && this.switches?.read('richTextInLists') === 'cut';
    return (sink, row) => {
      sink.ascii('{"id":"');
      module.writeId(sink, row);
      sink.ascii('"');
      if (cut) this.#writeCut(sink, row, columns);
      else if (displayed) this.#writeDisplayed(sink, row, columns);
      else if (isAsGenerated && this.store.state(row) === PRISTINE) generated(sink, row);
      else this.#writeOverlaid(sink, row, columns);
      if (isLeads) sink.ascii(`,"$converted":${this.store.isConverted(row)}`);
      sink.ascii(',"$approval_state":"approved","$editable":true}');
    };
  }

  /** The JSON objects of rows, with commas between them. */
  writeAll(sink: ByteSink, rows: readonly number[], columns: readonly Column[], inList = false): void {
    const write = this.forFields(columns, inList);
    rows.forEach((row, place) => {
      if (place > 0) sink.ascii(',');
      write(sink, row);
    });
  }

  /** An answer with rows under `data` and, if given, `info`; its memory may be given back with `reuse`. */
  document(rows: readonly number[], columns: readonly Column[], info?: unknown): Buffer {
    return this.#document(rows, columns, info, false);
  }

  /** The same as Get Records shows it. */
  list(rows: readonly number[], columns: readonly Column[], info: unknown): Buffer {
    return this.#document(rows, columns, info, true);
  }

  #document(rows: readonly number[], columns: readonly Column[], info: unknown, inList: boolean): Buffer {
    const sink = this.#sink;
    sink.clear();
    sink.ascii('{"data":[');
    this.writeAll(sink, rows, columns, inList);
    sink.ascii(']');
    if (info !== undefined) sink.text(`,"info":${JSON.stringify(info)}`);
    sink.ascii('}');
    return sink.handOver();
  }

  #compile(columns: readonly Column[]): WriteRow {
    const key = columns.map((column) => column.field.apiName).join();
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      compiled = compileRow(this.store.module.salt, columns, 'json', this.store.separator);
      if (this.#compiled.size >= KEPT) this.#compiled.clear();
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  #writeDisplayed(sink: ByteSink, row: number, columns: readonly Column[]): void {
    columns.forEach((column, place) => {
      sink.ascii(jsonLead(column, place));
      sink.text(render(column.field, this.store.displayValue(row, column), 'json', this.store.separator));
    });
  }

  #writeCut(sink: ByteSink, row: number, columns: readonly Column[]): void {
    columns.forEach((column, place) => {
      sink.ascii(jsonLead(column, place));
      const value = this.store.value(row, column);
      if (isRichText(column.field) && typeof value === 'string') sink.text(JSON.stringify(value.slice(0, CUT_LENGTH)));
      else this.store.write(sink, row, column, 'json');
    });
  }

  #writeOverlaid(sink: ByteSink, row: number, columns: readonly Column[]): void {
    columns.forEach((column, place) => {
      sink.ascii(jsonLead(column, place));
      this.store.write(sink, row, column, 'json');
    });
  }
}
