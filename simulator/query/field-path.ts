import { isReference, type CellValue } from '../data/cell';
import type { Column } from '../data/column';
import type { DataType } from '../data/data-type';
import { isUserField } from '../data/field';
import type { OpenModule, Records } from '../store/records';

/** Target of a path through a record. */
export interface ResolvedPath {
  readonly dataType: DataType | 'id';
  value(row: number): CellValue;
}

/**
 * Resolves `id`, `Field`, `Lookup.id`, `Lookup.Field` and longer chains of lookups, and `Owner.email`-like parts of a
 * user. Undefined when some part does not exist.
 */
export function resolvePath(records: Records, opened: OpenModule, path: string): ResolvedPath | undefined {
  const [head = '', ...rest] = path.split('.');
  const { module, store } = opened;
  if (head.toLowerCase() === 'id' && rest.length === 0) return { dataType: 'id', value: (row) => module.idOf(row) };
  const column = module.column(head);
  if (!column) return undefined;
  if (rest.length === 0) return { dataType: column.field.dataType, value: (row) => store.value(row, column) };
  return isUserField(column.field)
    ? userPart(records, opened, column, rest)
    : relatedPart(records, opened, column, rest.join('.'));
}

const USER_PARTS = ['id', 'name', 'email', 'first_name', 'last_name'] as const;

function userPart(
  { catalog }: Records,
  { store }: OpenModule,
  column: Column,
  rest: readonly string[],
): ResolvedPath | undefined {
  const part = USER_PARTS.find((candidate) => candidate === rest[0]);
  if (rest.length !== 1 || part === undefined) return undefined;
  return {
    dataType: part === 'id' ? 'id' : 'text',
    value: (row) => {
      const user = store.value(row, column);
      if (!isReference(user)) return null;
      if (part === 'id') return user.id;
      return catalog.users.find(({ id }) => id === user.id)?.[part] ?? (part === 'name' ? user.name : null);
    },
  };
}

function relatedPart(records: Records, { store }: OpenModule, column: Column, rest: string): ResolvedPath | undefined {
  const related = column.field.lookupModule === undefined ? undefined : records.find(column.field.lookupModule);
  const inner = related && resolvePath(records, related, rest);
  if (!inner) return undefined;
  return {
    dataType: inner.dataType,
    value: (row) => {
      const reference = store.value(row, column);
      const target = isReference(reference) ? related.store.liveRow(reference.id) : undefined;
      return target === undefined ? null : inner.value(target);
    },
  };
}
