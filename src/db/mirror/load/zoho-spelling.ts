import type pg from 'pg';
import type { ColumnType } from '../../../domain/mirror/mirror-field';

/**
 * Spellings of Zoho, as regular expressions of PostgreSQL. Its own parser takes much more: `NaN`, `today`, `0x1F`,
 * `yes`, ` 5 `.
 */
const WHOLE = '^-?[0-9]+$';
const NUMBER = '^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$';
const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?';
const OFFSET = '(Z|[+-][0-9]{2}:?[0-9]{2})';
const DATE = `^${DAY}$`;
const TIME = `^${DAY}[T ]${CLOCK}${OFFSET}$`;
const TIME_OF_ZONE = `^${DAY}([T ]${CLOCK}${OFFSET}?)?$`;

/** Names of time zones as Zoho has them: abbreviations and offsets of PostgreSQL's are none. */
const ZONE = '^(UTC|GMT|[A-Za-z]+(/[A-Za-z0-9_+-]+)+)$';

/**
 * SQL condition: a text is written as Zoho writes values of a type, and is one.
 * @param cell SQL of the text
 * @param zoned times without an offset count, see `useTimeZone`
 */
export function isSpelled(cell: string, type: ColumnType, zoned: boolean): string {
  const matches = (pattern: string): string => `${cell} ~ '${pattern}' and pg_input_is_valid(${cell}, '${type}')`;
  switch (type) {
    case 'text':
      return 'true';
    case 'boolean':
      return `${cell} in ('true', 'false')`;
    case 'jsonb':
      return `pg_input_is_valid(${cell}, 'jsonb')`;
    case 'integer':
    case 'bigint':
      return matches(WHOLE);
    case 'numeric':
      return matches(NUMBER);
    case 'date':
      return matches(DATE);
    case 'timestamptz':
      return matches(zoned ? TIME_OF_ZONE : TIME);
  }
}

/**
 * Lets the transaction read times without an offset in the time zone of the organization, as which Zoho means them.
 * @returns false if the zone is not known: such times cannot be read
 */
export async function useTimeZone(client: pg.Client, zone: string | null | undefined): Promise<boolean> {
  const known = await client.query(
    `select set_config('TimeZone', $1, true) where $1 ~ $2 and pg_input_is_valid('2000-01-01 00:00:00 ' || $1, 'timestamptz')`,
    [zone ?? '', ZONE],
  );
  return known.rowCount === 1;
}
