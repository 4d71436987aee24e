import { type Column, render, writeNull } from '../data/column';
import type { FieldDefinition } from '../data/field';
import { resolvePath } from '../query/field-path';
import { DELETED } from '../store/overlay';
import type { OpenModule, Records } from '../store/records';

/**
 * A dotted name as a column of the module. For generated rows a field of a looked-up record is written by the column of
 * the other module: going through its value takes several times as long.
 *
 * @throws Error when the path does not exist; the checks of a new job look for that before
 */
export function joinedColumn(records: Records, opened: OpenModule, name: string): Column {
  const path = resolvePath(records, opened, name);
  if (!path) throw new Error(`${opened.module.apiName} has no ${name}`);
  const dataType = path.dataType === 'id' ? 'text' : path.dataType;
  const field: FieldDefinition = { apiName: name, label: name, dataType, custom: false };
  const separator = records.catalog.options.multiselectSeparator;
  return {
    field,
    value: (row) => path.value(row),
    write:
      generatedJoin(records, opened, name) ??
      ((sink, row, rendering) => sink.text(render(field, path.value(row), rendering, separator))),
  };
}

/** The writer of `Lookup.Field` for generated rows; undefined for longer paths and for users. */
function generatedJoin(records: Records, { module }: OpenModule, name: string): Column['write'] | undefined {
  const [head = '', part = '', ...more] = name.split('.');
  const lookup = module.column(head);
  const related = lookup?.field.lookupModule === undefined ? undefined : records.find(lookup.field.lookupModule);
  const column = related?.module.column(part);
  if (!lookup?.target || !related || !column || more.length > 0) return undefined;
  return (sink, row, rendering) => {
    const target = lookup.target?.(row);
    if (target === undefined || related.store.state(target) === DELETED) writeNull(sink, rendering);
    else related.store.write(sink, target, column, rendering);
  };
}
