import { absentCell, readAbsentCell } from '../../../db/mirror/copy/absent-cell';
import { CopyPages, textPage, type CopyPage } from '../../../db/mirror/copy/copy-page';
import { pageColumns } from '../../../db/mirror/copy/page-columns';
import type { ReadField } from '../../../db/mirror/mirror-module';
import { LIMITS } from '../../../domain/zoho-limits';
import { getRichTexts } from '../../../zoho/records/rich-texts';
import type { ZohoWork } from '../../with-zoho';

const NULL_CELL = '\\N';

/**
 * Replaces the texts that a list has cut by whole ones: a call for every 100 records that have any. A text that Zoho does
 * not give whole counts as left out, so the mirror keeps what it has. A change between the two calls is read again with
 * the changes since.
 *
 * @param fields of the page's columns
 */
export async function withWholeTexts(
  zoho: ZohoWork,
  module: string,
  fields: readonly ReadField[],
  page: CopyPage,
): Promise<CopyPage> {
  const cut = fields.filter(({ cutInLists }) => cutInLists);
  if (cut.length === 0 || page.rows === 0) return page;
  const columns = pageColumns(fields);
  const places = cut.map(({ apiName }) => columns.findIndex(({ field }) => field === apiName));
  const rows = linesOf(page.asText());
  const ids = rows.filter((cells) => places.some((place) => cells[place] !== NULL_CELL)).flatMap(([id]) => id ?? []);
  if (ids.length === 0) return page;
  const texts = await readWholeTexts(zoho, module, cut, ids);
  for (const cells of rows) {
    const absent = readAbsentCell(cells.pop() ?? '', columns.length);
    const whole = texts.get(cells[0] ?? '');
    places.forEach((place, index) => {
      if (cells[place] === NULL_CELL) return;
      const text = whole?.[index];
      cells[place] = text ?? NULL_CELL;
      absent[place] = text === undefined;
    });
    cells.push(absentCell(absent));
  }
  const copy = Buffer.from(rows.map((cells) => `${cells.join('\t')}\n`).join(''), 'latin1');
  return textPage(page.rows, copy, page.isPlain, page.lastId);
}

/** Cells of the fields by record; undefined where Zoho leaves the field out. */
async function readWholeTexts(
  zoho: ZohoWork,
  module: string,
  fields: readonly ReadField[],
  ids: readonly string[],
): Promise<Map<string, (string | undefined)[]>> {
  const converter = new CopyPages(fields, 'text');
  const found = new Map<string, (string | undefined)[]>();
  for (let start = 0; start < ids.length; start += LIMITS.listPage.ids) {
    const query = { fields: fields.map(({ apiName }) => apiName), ids: ids.slice(start, start + LIMITS.listPage.ids) };
    const body = await getRichTexts(zoho.transport, module, query, zoho.options);
    for (const [id = '', ...cells] of linesOf(converter.convert(body).copy)) {
      const [, ...absent] = readAbsentCell(cells.pop() ?? '', cells.length + 1);
      found.set(
        id,
        cells.map((cell, index) => (absent[index] ? undefined : cell)),
      );
    }
  }
  return found;
}

/** Cells of rows in the format `text_absent`, bytes as they are. */
function linesOf(rows: Buffer): string[][] {
  return rows
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
}
