/** Lines of a result file by the rows they are about. */
export interface MatchedLines {
  /** For each row that was sent the index of its line; undefined where nobody can say. */
  lineOfRow: (number | undefined)[];
  /** Lines that belong to some row, but nobody can say to which. */
  unmatched: number;
}

/**
 * Finds the line of a result file for each row that was sent. Rows and lines go by what they say of themselves: the key
 * of the record, or the cells that the result repeats. Those that say the same are taken in order, if there are as many
 * lines as rows. Only what says nothing that was sent goes by its number, and only where that cannot be wrong: there are
 * as many lines as rows, and no line that is known stands elsewhere than its row. One line too few would otherwise give
 * every row behind it the outcome of its neighbor.
 *
 * @param rows what each row says
 * @param lines what each line says; undefined for nothing
 * @param inOrder whether the lines stand in one file
 */
export function matchResultLines(
  rows: readonly string[],
  lines: readonly (string | undefined)[],
  inOrder: boolean,
): MatchedLines {
  const lineOfRow = matchBySaying(rows, lines);
  const isKept = lineOfRow.every((line, row) => line === undefined || line === row);
  if (inOrder && isKept && rows.length === lines.length) matchByNumber(rows, lines, lineOfRow);
  const matched = lineOfRow.filter((line) => line !== undefined).length;
  return { lineOfRow, unmatched: lines.length - matched };
}

function matchBySaying(rows: readonly string[], lines: readonly (string | undefined)[]): (number | undefined)[] {
  const rowsBySaying = indexesBy(rows);
  const lineOfRow = rows.map((): number | undefined => undefined);
  for (const [saying, at] of indexesBy(lines)) {
    const meant = rowsBySaying.get(saying) ?? [];
    if (meant.length !== at.length) continue;
    for (const [index, row] of meant.entries()) lineOfRow[row] = at[index];
  }
  return lineOfRow;
}

function matchByNumber(
  rows: readonly string[],
  lines: readonly (string | undefined)[],
  lineOfRow: (number | undefined)[],
): void {
  const sent = new Set(rows);
  for (const [number, line] of lines.entries()) {
    const isForeign = line === undefined || !sent.has(line);
    if (lineOfRow[number] === undefined && (isForeign || line === rows[number])) lineOfRow[number] = number;
  }
}

function indexesBy(sayings: readonly (string | undefined)[]): Map<string, number[]> {
  const indexes = new Map<string, number[]>();
  for (const [index, saying] of sayings.entries()) {
    if (saying === undefined) continue;
    const found = indexes.get(saying);
    if (found) found.push(index);
    else indexes.set(saying, [index]);
  }
  return indexes;
}
