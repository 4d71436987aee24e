import type { GeneratedModule } from '../data/generated-module';

/** Adds options a picklist does not have; metadata and the checks of writes know them from then on. */
export function addOptions(module: GeneratedModule, apiName: string, values: readonly string[]): void {
  const options = module.column(apiName)?.field.options ?? [];
  const added = [...new Set(values)].filter((value) => !options.includes(value));
  if (added.length === 0) return;
  module.setColumns(
    module.columns.map((column) =>
      column.field.apiName === apiName
        ? { ...column, field: { ...column.field, options: [...options, ...added] } }
        : column,
    ),
  );
}
