import { isList, partTexts } from '../data/cell';
import type { Column } from '../data/column';
import { rowsById } from '../store/ordered-rows';
import { RecordEditor, type WriteContext } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { readSwitch } from '../switches';
import { pickListOf } from './pick-list';

/** Takes the display values of a field's choices into the store after its definition changed. */
export function showChoiceNames(context: WriteContext, opened: OpenModule, column: Column): void {
  const { module, store } = opened;
  const { apiName } = column.field;
  const before = store.displayValues.get(apiName);
  const names = new Map(
    pickListOf(module, column.field).map((choice) => [String(choice['actual_value']), String(choice['display_value'])]),
  );
  store.displayValues.set(apiName, names);
  if (!readSwitch(context, 'modifiedByPicklistRename')) return;
  const renamed = [...names].filter(([actual, name]) => (before?.get(actual) ?? actual) !== name);
  touchRecords(context, opened, column, new Set(renamed.map(([actual]) => actual)));
}

/** Sets Modified_Time of the records that hold one of the choices. */
function touchRecords(context: WriteContext, opened: OpenModule, column: Column, choices: ReadonlySet<string>): void {
  if (choices.size === 0) return;
  const editor = new RecordEditor(context, opened);
  for (const row of rowsById(opened.store)) {
    const value = opened.store.value(row, column);
    const held = isList(value) ? partTexts(value) : typeof value === 'string' ? [value] : [];
    if (held.some((choice) => choices.has(choice))) editor.update(row, {});
  }
}
