import { type CellValue, isList } from '../data/cell';
import type { RecordEditor } from '../store/record-editor';
import type { MassUpdateRequest } from './request';

/** Writes the values onto one record; choices are added to those it has where nothing is to be overwritten. */
export function writeRow(editor: RecordEditor, row: number, { values, overWrite }: MassUpdateRequest): void {
  const { module, store } = editor.opened;
  const written: Record<string, CellValue> = { ...values };
  for (const [name, value] of Object.entries(values)) {
    const column = module.column(name);
    if (overWrite || column?.field.dataType !== 'multiselectpicklist' || value === null || !isList(value)) continue;
    const before = store.value(row, column);
    const choices = before !== null && typeof before === 'object' && isList(before) ? before : [];
    written[name] = [...new Set([...choices, ...value].map(String))];
  }
  editor.update(row, written);
}
