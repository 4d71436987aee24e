import { absentCell, readAbsentCell } from '../../../db/mirror/copy/absent-cell';
import { CopyPages, textPage, type CopyPage } from '../../../db/mirror/copy/copy-page';
import type { CopyFormat } from '../../../db/mirror/copy/page-to-copy';
import type { ReadField } from '../../../db/mirror/mirror-module';
import { MODIFIED_TIME_FIELD } from '../../../domain/mirror/mirror-field';
import { instantOf } from '../../../domain/mirror/zoho-clock';
import { LIMITS } from '../../../domain/zoho-limits';
import { getRecord } from '../../../zoho/records/get-record';
import { listRecords } from '../../../zoho/records/list-records';
import type { ZohoWork } from '../../with-zoho';
import { convertedParameter } from './list-pages';
import { withWholeTexts } from './whole-texts';

/** Turns pages of a list into rows that hold every field of the module. */
export interface PageReader {
  /** API names the list call asks for. */
  listFields: string[];
  /** Fields in the order of the rows' columns. */
  fields: readonly ReadField[];
  /** Rows come in the order of the page. */
  readonly keepsOrder: boolean;
  /** @param readFrom a time on Zoho's clock, in milliseconds, before which the page was not read */
  read(body: Buffer | null, readFrom: number): Promise<ReadPage>;
}

export interface ReadPage extends CopyPage {
  /** Ids of the records in the order in which Zoho lists them. */
  listed: readonly string[];
}

/**
 * The reader for a module. A list call carries 50 fields; of a wider module each page is completed by calls for the
 * rest of the fields by id. No row mixes two versions: its parts are joined only if they carry the same `Modified_Time`
 * and that second was over before the first of them was read, so that every later change would show. Any other record
 * is read again whole. Texts that lists cut are completed, see `withWholeTexts`.
 * @param format what the rows are to be; those of a wider module are always text
 */
export function pageReader(
  zoho: ZohoWork,
  module: string,
  fields: readonly ReadField[],
  format: CopyFormat = 'text',
): PageReader {
  const reader = partReader(zoho, module, fields, format);
  if (!fields.some(({ cutInLists }) => cutInLists)) return reader;
  return {
    ...reader,
    read: async (body, readFrom) => {
      const page = await reader.read(body, readFrom);
      return { ...(await withWholeTexts(zoho, module, reader.fields, page)), listed: page.listed };
    },
  };
}

function partReader(zoho: ZohoWork, module: string, fields: readonly ReadField[], format: CopyFormat): PageReader {
  if (fields.length <= LIMITS.listPage.fields) {
    const converter = new CopyPages(fields, format);
    return {
      listFields: fields.map((field) => field.apiName),
      fields,
      keepsOrder: true,
      read: async (body) => {
        const rows = converter.convert(body);
        return { ...rows, listed: rows.ids() };
      },
    };
  }
  const reader = new WidePageReader(zoho, module, fields);
  const { listFields, keepsOrder } = reader;
  return { listFields, fields: reader.fields, keepsOrder, read: (body, readFrom) => reader.read(body, readFrom) };
}

class WidePageReader {
  readonly listFields: string[];
  readonly fields: readonly ReadField[];
  /** Records that were read again come last. */
  readonly keepsOrder = false;
  /** The first slice is what the list call reads; each begins with Modified_Time, if the module has it. */
  readonly #slices: ReadField[][];
  readonly #converters: CopyPages[];
  readonly #whole: CopyPages;
  readonly #zoho: ZohoWork;
  readonly #module: string;

  constructor(zoho: ZohoWork, module: string, fields: readonly ReadField[]) {
    this.#zoho = zoho;
    this.#module = module;
    const stamp = fields.filter((field) => field.apiName === MODIFIED_TIME_FIELD);
    const rest = fields.filter((field) => field.apiName !== MODIFIED_TIME_FIELD);
    const room = LIMITS.listPage.fields - stamp.length;
    this.#slices = [];
    for (let start = 0; start < rest.length; start += room) {
      this.#slices.push([...stamp, ...rest.slice(start, start + room)]);
    }
    this.fields = [...stamp, ...rest];
    this.listFields = (this.#slices[0] ?? []).map((field) => field.apiName);
    this.#converters = this.#slices.map((slice) => new CopyPages(slice, 'text'));
    this.#whole = new CopyPages(this.fields, 'text');
  }

  async read(body: Buffer | null, readFrom: number): Promise<ReadPage> {
    const first = this.#lines(0, body);
    const ids = [...first.keys()];
    if (ids.length === 0) return { ...textPage(0, Buffer.alloc(0), true), listed: ids };
    const others = await Promise.all(this.#slices.slice(1).map((_slice, index) => this.#fetchSlice(index + 1, ids)));
    const complete: string[] = [];
    let isPlain = true;
    const torn: string[] = [];
    for (const [id, line] of first) {
      const parts = others.map((slice) => slice.get(id)).filter(isPresent);
      if (parts.length === others.length && isOneVersion([line, ...parts], readFrom)) {
        complete.push(joinedLine(id, [line, ...parts]));
        isPlain &&= [line, ...parts].every((part) => part.isPlain);
      } else torn.push(id);
    }
    const refetched = await this.#fetchWhole(torn);
    const copy = Buffer.concat([Buffer.from(complete.join(''), 'latin1'), ...refetched.map((row) => row.copy)]);
    const rows = complete.length + refetched.reduce((sum, page) => sum + page.rows, 0);
    return { ...textPage(rows, copy, isPlain && refetched.every((page) => page.isPlain)), listed: ids };
  }

  async #fetchSlice(index: number, ids: readonly string[]): Promise<Map<string, Line>> {
    const fields = (this.#slices[index] ?? []).map((field) => field.apiName);
    const found = new Map<string, Line>();
    for (let start = 0; start < ids.length; start += LIMITS.listPage.ids) {
      const page = await listRecords(
        this.#zoho.transport,
        this.#module,
        { fields, ids: ids.slice(start, start + LIMITS.listPage.ids), ...convertedParameter(this.#module) },
        this.#zoho.options,
      );
      for (const [id, line] of this.#lines(index, page.body)) found.set(id, line);
    }
    return found;
  }

  /** A record that has vanished meanwhile is left out: its delete is read later. */
  async #fetchWhole(ids: readonly string[]): Promise<CopyPage[]> {
    const rows: CopyPage[] = [];
    for (const id of ids) {
      const record = await getRecord(this.#zoho.transport, this.#module, id, {}, this.#zoho.options);
      if (record) rows.push(this.#whole.convert(record.body));
    }
    return rows;
  }

  /** Splits rows at their ends: COPY's text format escapes the line ends inside values. */
  #lines(index: number, body: Buffer | null): Map<string, Line> {
    const stamped = this.#slices[index]?.[0]?.apiName === MODIFIED_TIME_FIELD;
    const { copy, isPlain } = this.#converters[index]?.convert(body) ?? textPage(0, Buffer.alloc(0), true);
    const lines = copy.toString('latin1').split('\n').filter(Boolean);
    return new Map(
      lines.map((line) => {
        const [id = '', ...cells] = line.split('\t');
        const absentCells = cells.pop() ?? '';
        const [, ...absent] = readAbsentCell(absentCells, cells.length + 1);
        const stamp = stamped ? cells.shift() : undefined;
        return [id, { stamp, stampAbsent: stamped ? absent.splice(0, 1) : [], rest: cells, absent, isPlain }];
      }),
    );
  }
}

/** Cells of a record in a slice, and for each whether the record lacks it. */
interface Line {
  stamp: string | undefined;
  stampAbsent: boolean[];
  rest: string[];
  absent: boolean[];
  /** All values of its page are written as Zoho writes them. */
  isPlain: boolean;
}

/** Joins the slices of a record, whose stamp comes once. */
function joinedLine(id: string, parts: readonly [Line, ...Line[]]): string {
  const [{ stamp, stampAbsent }] = parts;
  const cells = [id, ...(stamp === undefined ? [] : [stamp]), ...parts.flatMap(({ rest }) => rest)];
  const absent = [false, ...stampAbsent, ...parts.flatMap((part) => part.absent)];
  return `${[...cells, absentCell(absent)].join('\t')}\n`;
}

const SECOND_MS = 1_000;

/** Times have whole seconds: a second change within the same one would not show, unless the second was over. */
function isOneVersion(parts: readonly Line[], readFrom: number): boolean {
  const stamp = parts[0]?.stamp;
  if (parts.some((part) => part.stamp !== stamp)) return false;
  return stamp === undefined || instantOf(stamp) + SECOND_MS <= readFrom;
}

function isPresent<T>(part: T | undefined): part is T {
  return part !== undefined;
}
