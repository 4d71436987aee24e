import { type CellValue, isList, partTexts } from '../data/cell';
import type { RecordEditor } from '../store/record-editor';
import { readSwitch } from '../switches';
import type { MassUpdateRequest } from './request';

/** Writes the values onto one record. What they do to values it has, where nothing is to be overwritten, is a switch. */
export function writeRow(editor: RecordEditor, row: number, { values, overWrite }: MassUpdateRequest): void {
  const mode = overWrite ? 'ignore' : readSwitch(editor.context, 'massUpdateOverWrite');
  const written = Object.entries(values).map(([name, value]): [string, CellValue] => {
    const column = editor.opened.module.column(name);
    const before = column ? editor.opened.store.value(row, column) : null;
    return [name, mode === 'append' ? appended(before, value) : mode === 'keep' && !isEmpty(before) ? before : value];
  });
  editor.update(row, Object.fromEntries(written));
}

/** The choices of a multi-select with others behind them; any other value takes the place of the one before. */
function appended(before: CellValue, value: CellValue): CellValue {
  return isList(before) && isList(value) ? [...new Set([...partTexts(before), ...partTexts(value)])] : value;
}

function isEmpty(value: CellValue): boolean {
  return value === null || (isList(value) && value.length === 0);
}
