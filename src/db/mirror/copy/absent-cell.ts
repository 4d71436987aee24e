/**
 * The cell behind a row of `text_absent`: a digit a column, `1` if the record lacks it, `\N` if it lacks none. A key that
 * Zoho leaves out says nothing about the value (a field whose permission was taken away), so the mirror keeps what it has.
 */
const NONE_ABSENT = '\\N';

/** Writes the cell. */
export function absentCell(isAbsent: readonly boolean[]): string {
  return isAbsent.includes(true) ? isAbsent.map(Number).join('') : NONE_ABSENT;
}

/** Reads the cell of a row of so many columns. */
export function readAbsentCell(cell: string, columns: number): boolean[] {
  return Array.from({ length: columns }, (_, column) => cell !== NONE_ABSENT && cell[column] === '1');
}

/** The record that a row was made of lacks a column. */
export class ColumnAbsent extends Error {
  override readonly name = 'ColumnAbsent';
}

/**
 * Removes the cell from rows that lack nothing.
 * @throws ColumnAbsent
 */
export function withoutAbsentCell(rows: Buffer): Buffer {
  const text = rows.toString('latin1').replace(/\t(\\N|[01]+)\n/g, (_, cell: string) => {
    if (cell !== NONE_ABSENT) throw new ColumnAbsent('A record lacks a column.');
    return '\n';
  });
  return Buffer.from(text, 'latin1');
}
