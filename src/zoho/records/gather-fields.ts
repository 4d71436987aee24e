// For `fetchAllPages`: joins the parts of records that have more fields than one call returns.
import { instantOf } from '../../domain/mirror/zoho-clock';
import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug, unreadableAnswer } from '../errors/errors';
import type { CallOptions, ZohoTransport } from '../http/transport';
import { getRecord } from './get-record';
import { type Converted, listRecords } from './list-records';
import type { RecordPage } from './record-page';
import { joinMembers, type RawRecord, splitRecords } from './split-records';

const MODIFIED_TIME = 'Modified_Time';

/** A part of a record, and a time on Zoho's clock, in milliseconds, before which it was not read. */
interface Part {
  record: RawRecord;
  readFrom: number;
}

/** A page and the moment its call was sent. */
export interface TimedPage {
  page: RecordPage;
  /** Milliseconds the call took. */
  tookMs: number;
}

/**
 * Completes pages of modules with more fields than one call carries. The fields are cut into slices of 50, which begin
 * with Modified_Time; the list call reads the first, calls by ids read the others.
 *
 * No record mixes two versions. Its parts are joined only if all of them carry the same Modified_Time and that second
 * was over before the first of them was read: every later change would then show. Records for which this does not hold
 * are gathered once more, and those that still change are read one by one, which is a single version by itself.
 *
 * Formulas, roll-ups and names of lookups change without Modified_Time: parts that differ only in them cannot be
 * distinguished apart, as in every read of Zoho.
 */
export class FieldGatherer {
  /** Fields for the list call to request. */
  readonly listFields: readonly string[];
  readonly #slices: readonly (readonly string[])[];
  readonly #label: CallLabel;
  readonly #transport: ZohoTransport;
  readonly #module: string;
  readonly #converted: Converted | undefined;
  readonly #options: CallOptions | undefined;

  constructor(
    transport: ZohoTransport,
    module: string,
    fields: readonly string[],
    converted: Converted | undefined,
    options: CallOptions | undefined,
  ) {
    this.#transport = transport;
    this.#module = module;
    this.#converted = converted;
    this.#options = options;
    const rest = [...new Set(fields)].filter((name) => name !== MODIFIED_TIME && name !== 'id');
    const room = LIMITS.listPage.fields - 1;
    this.#slices = Array.from({ length: Math.ceil(rest.length / room) }, (_, index) => [
      MODIFIED_TIME,
      ...rest.slice(index * room, (index + 1) * room),
    ]);
    this.listFields = this.#slices[0] ?? [MODIFIED_TIME];
    this.#label = { operation: 'list_records', module };
  }

  /**
   * The page with all fields, in its order. A record deleted meanwhile is left out.
   *
   * @throws ZohoError `request_bug` for a module without Modified_Time; the categories of the calls.
   */
  async complete(first: TimedPage): Promise<RecordPage> {
    const { page } = first;
    const start = this.#parts(first);
    if ([...start.values()].some(({ record }) => !record.members.has(MODIFIED_TIME))) {
      const advice = `name ${LIMITS.listPage.fields} fields at most, or use bulk read`;
      throw requestBug(this.#label, `without Modified_Time, fields of several calls cannot be matched: ${advice}`);
    }
    const ids = [...start.keys()];
    const complete = await this.#gather(ids, start);
    const torn = ids.filter((id) => !complete.has(id));
    // Once more as a page, unless single reads are as cheap.
    if (torn.length > this.#slices.length) this.#add(complete, await this.#gather(torn, undefined));
    this.#add(complete, await this.#readSingly(ids.filter((id) => !complete.has(id))));
    const rows = ids.flatMap((id) => complete.get(id) ?? []);
    return { ...page, body: rows.length === 0 ? null : pageBody(rows, page), count: rows.length };
  }

  /** The records whose parts are certain to be of one version, as JSON by id. */
  async #gather(ids: readonly string[], first: ReadonlyMap<string, Part> | undefined): Promise<Map<string, string>> {
    const head = first ?? (await this.#readSlice(0, ids));
    const others = await Promise.all(this.#slices.slice(1).map((_, index) => this.#readSlice(index + 1, ids)));
    const complete = new Map<string, string>();
    for (const [id, part] of head) {
      const parts = [part, ...others.flatMap((slice) => slice.get(id) ?? [])];
      if (parts.length === this.#slices.length && isOneVersion(parts)) complete.set(id, this.#join(id, parts));
    }
    return complete;
  }

  async #readSlice(index: number, ids: readonly string[]): Promise<Map<string, Part>> {
    const found = new Map<string, Part>();
    for (let start = 0; start < ids.length; start += LIMITS.listPage.ids) {
      const query = {
        fields: this.#slices[index] ?? [],
        ids: ids.slice(start, start + LIMITS.listPage.ids),
        converted: this.#converted,
      };
      const timed = await timedPage(() => listRecords(this.#transport, this.#module, query, this.#options));
      for (const [id, part] of this.#parts(timed)) found.set(id, part);
    }
    return found;
  }

  async #readSingly(ids: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const id of ids) {
      const record = await getRecord(this.#transport, this.#module, id, {}, this.#options);
      const [whole] = record ? this.#split(record.body) : [];
      if (whole) found.set(id, this.#join(id, [{ record: whole, readFrom: 0 }]));
    }
    return found;
  }

  #parts({ page, tookMs }: TimedPage): Map<string, Part> {
    const readFrom = page.serverTime.getTime() - tookMs;
    return new Map(this.#split(page.body).map((record) => [record.id, { record, readFrom }]));
  }

  #split(body: Buffer | null): RawRecord[] {
    if (body === null) return [];
    try {
      return splitRecords(body);
    } catch {
      throw unreadableAnswer(this.#label, 200, 'the answer is not a list of records');
    }
  }

  /** Drops fields that were not requested: a single read returns more. */
  #join(id: string, parts: readonly Part[]): string {
    const members = new Map([['id', `"${id}"`]]);
    for (const name of this.#slices.flat()) {
      const json = parts.map(({ record }) => record.members.get(name)).find((value) => value !== undefined);
      if (json !== undefined) members.set(name, json);
    }
    return joinMembers(members);
  }

  #add(target: Map<string, string>, found: ReadonlyMap<string, string>): void {
    for (const [id, json] of found) target.set(id, json);
  }
}

/** Makes a call for a page and measures it. */
export async function timedPage(call: () => Promise<RecordPage>): Promise<TimedPage> {
  const start = performance.now();
  const page = await call();
  return { page, tookMs: performance.now() - start };
}

/** Times have whole seconds: a second change within the same one would not show, unless the second was over. */
function isOneVersion(parts: readonly Part[]): boolean {
  const stamps = parts.map(({ record }) => instantOf(String(JSON.parse(record.members.get(MODIFIED_TIME) ?? 'null'))));
  const [stamp = NaN] = stamps;
  const earliest = Math.min(...parts.map(({ readFrom }) => readFrom));
  return stamps.every((other) => other === stamp) && stamp + 1000 <= earliest;
}

function pageBody(rows: readonly string[], page: RecordPage): Buffer {
  const info = JSON.stringify({
    count: rows.length,
    more_records: page.moreRecords,
    next_page_token: page.nextPageToken,
  });
  return Buffer.from(`{"data":[${rows.join(',')}],"info":${info}}`, 'latin1');
}
