import { type CellValue, isList, type TagValue } from '../data/cell';
import { isTagField } from '../data/field';
import { isObject } from '../http/exchange';
import type { OpenModule } from '../store/records';
import { uniqueTags } from '../store/tags';

type Values = Record<string, CellValue>;

/** Values of an update, with the choices and tags of a record before those that `$append_values` adds to them. */
export function appendedValues({ module, store }: OpenModule, row: number, values: Values, append: unknown): Values {
  if (!isObject(append)) return values;
  const appended = { ...values };
  for (const [name, value] of Object.entries(values)) {
    const column = module.column(name);
    if (append[name] !== true || !column || !isList(value)) continue;
    const before = store.value(row, column);
    if (!isList(before)) continue;
    appended[name] = isTagField(column.field)
      ? uniqueTags([...before, ...value] as TagValue[])
      : [...new Set([...before, ...value] as string[])];
  }
  return appended;
}
