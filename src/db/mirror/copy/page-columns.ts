import type { MirrorField } from '../../../domain/mirror/mirror-field';
import { PageToCopy, type PageColumn, type PageFormat } from './page-to-copy';

/** Columns of converted pages, in the order of the source columns of `jsonLayout`. */
export function pageColumns(fields: readonly MirrorField[]): PageColumn[] {
  return [
    { field: 'id', part: 'value', type: 'bigint' },
    ...fields.flatMap(({ apiName: field, shape, type, nameColumn }): PageColumn[] =>
      shape === 'reference'
        ? [
            { field, part: 'id', type },
            ...(nameColumn ? [{ field, part: 'name' as const, type: 'text' as const }] : []),
          ]
        : [{ field, part: type === 'text' && shape !== 'tags' ? 'value' : PARTS[shape], type }],
    ),
  ];
}

/** Values that become JSON are JSON already: the rows may go straight into the mirror. */
const PARTS = { scalar: 'value', choices: 'json', opaque: 'json', tags: 'names' } as const;

/** A converter of whole page bodies, see `PageToCopy.convert`. */
export function pageConverter(fields: readonly MirrorField[], format: PageFormat = 'text'): PageToCopy {
  return new PageToCopy(pageColumns(fields), format);
}
