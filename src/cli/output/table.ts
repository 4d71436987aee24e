/**
 * Rows under headings, columns aligned: texts to the left, figures to the right.
 * @param texts places of the columns that hold texts; the first alone when absent
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  texts: readonly number[] = [0],
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const format = (cells: readonly string[]): string =>
    widths
      .map((width, column) =>
        texts.includes(column) ? cell(cells, column).padEnd(width) : cell(cells, column).padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [format(headings), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(format)].join('\n');
}

/** Names and their values, one pair a line. */
export function formatPairs(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

function cell(cells: readonly string[], column: number): string {
  return cells[column] ?? '';
}
